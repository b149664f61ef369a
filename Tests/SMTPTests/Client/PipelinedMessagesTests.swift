import SMTP
import Testing

/// With PIPELINING a message costs one round trip.
@Suite struct PipelinedMessagesTests {
  @Test func `text, dot and the next announcement go out together`() async throws {
    // The server answers the dot only once it has the next announcement as well.
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .lines(3)]
        + [.say("250 2.0.0 first\r\n250 ok\r\n250 ok\r\n354 go\r\n"), .body]
        + [.say("250 2.0.0 second\r\n"), .line, .say("221 bye\r\n")]
    ) { session in
      let first = try await session.send("Hello\r\n.\r\n", thenStart: .second)
      let go = try await session.awaitGo()
      let second = try await session.finish([Array("Again".utf8)], thenStart: nil)
      #expect(session.isUsable)
      await session.quit()
      #expect(!session.isUsable)
      return (first, go, second)
    }
    let (first, go, second) = try play.result.get()
    #expect(first.line == "250 2.0.0 first")
    #expect(go == .ahead)
    #expect(second.line == "250 2.0.0 second")
    #expect(
      play.text == "EHLO me.example\r\n" + Announcement.first + "Hello\r\n..\r\n.\r\n"
        + Announcement.second + "Again\r\n.\r\nQUIT\r\n")
    #expect(play.transcript.complaint == nil)
  }

  @Test func `the dot is said to be out once, before its reply`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .say("250 ok\r\n")]
    ) { session in
      var count = 0
      session.whenDotIsOut = { count += 1 }
      session.start(.first)
      _ = try await session.awaitGo()
      #expect(count == 0)
      _ = try await session.finish([[]], thenStart: nil)
      return count
    }
    #expect(try play.result.get() == 1)
    #expect(play.text.hasSuffix("DATA\r\n.\r\n"))
  }

  @Test func `a refused message does not disturb the next`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .lines(3)]
        + [.say("554 5.7.1 spam\r\n250 ok\r\n250 ok\r\n354 go\r\n"), .body, .say("250 ok\r\n")]
    ) { session in
      let first = try await session.send(thenStart: .second)
      #expect(session.isUsable)
      #expect(try await session.awaitGo() == .ahead)
      return (first, try await session.finish([Array("x".utf8)], thenStart: nil))
    }
    let (first, second) = try play.result.get()
    #expect(first.line == "554 5.7.1 spam")
    #expect(second.isSuccess)
    #expect(play.transcript.complaint == nil)
  }
}
