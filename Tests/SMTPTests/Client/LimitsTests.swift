import SMTP
import Testing

/// What a server limits itself to (RFC 9422; E22).
@Suite struct LimitsTests {
  private static func envelope(to recipient: String) -> Envelope {
    Envelope(sender: Array("a@me.example".utf8), recipient: Array(recipient.utf8), size: 1)
  }

  /// For which of `recipients` there was room, in turn; each that had room is refused by the server.
  private static func room(
    _ limits: String, for recipients: [String], pipelining: Bool = true
  ) async throws -> [Bool] {
    var script: [ScriptedServer.Step] =
      pipelining ? .hello("PIPELINING", limits) : .hello(limits)
    for number in recipients.indices {
      script +=
        pipelining
        ? [
          .lines(number == 0 ? 3 : 4),
          .say((number == 0 ? "" : "250 ok\r\n") + "250 ok\r\n550 no\r\n503 no\r\n"),
        ]
        : [.line, .say("550 no\r\n")]
    }
    return try await SessionPlay.run(script) { session in
      var room: [Bool] = []
      for recipient in recipients {
        let envelope = envelope(to: recipient)
        room.append(session.hasRoom(for: envelope))
        guard room.last == true else { continue }
        session.start(envelope)
        _ = try await session.awaitGo()
      }
      return room
    }.result.get()
  }

  @Test(arguments: [true, false])
  func `so many transactions a session, refused ones as well`(pipelining: Bool) async throws {
    let room = try await Self.room(
      "LIMITS MAILMAX=2", for: ["b@y", "c@y", "d@y", "e@y"], pipelining: pipelining)
    #expect(room == [true, true, false, false])
  }

  @Test func `so many domains a session, whatever their case`() async throws {
    let room = try await Self.room(
      "LIMITS RCPTDOMAINMAX=2", for: ["b@y", "c@z", "d@Y", "e@x", "f@z", "\"g@x\"@y"])
    #expect(room == [true, true, true, false, true, true])
  }

  @Test func `without limits there is always room`() async throws {
    let room = try await Self.room("LIMITS RCPTMAX=1", for: ["b@y", "c@z", "d@x"])
    #expect(room == [true, true, true])
  }
}
