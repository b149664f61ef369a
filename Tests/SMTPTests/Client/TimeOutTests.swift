import Net
import SMTP
import Testing

/// Every step has a patience of its own, and says which it was (F2, F3, F13, F16).
@Suite struct TimeOutTests {
  private static func error(
    _ script: [ScriptedServer.Step], security: Endpoint.Security = .none,
    _ shorten: (inout Patience) -> Void
  ) async throws -> SessionError? {
    var patience = Patience.short
    shorten(&patience)
    return try await SessionPlay.run(script, security: security, patience: patience) { session in
      session.start(.first)
      return try await session.awaitGo()
    }.sessionError
  }

  @Test func `greeting`() async throws {
    let error = try await Self.error([]) { $0.greeting = .milliseconds(20) }
    #expect(error == .network(.timedOut, at: .greeting))
    #expect(error?.isTemporary == true)
  }

  @Test func `a greeting that trickles has the same time`() async throws {
    let error = try await Self.error([.say("220-a\r\n220-b\r\n22")]) {
      $0.greeting = .milliseconds(20)
    }
    #expect(error == .network(.timedOut, at: .greeting))
  }

  @Test func `EHLO`() async throws {
    let error = try await Self.error([.say("220 x\r\n")]) { $0.command = .milliseconds(20) }
    #expect(error == .network(.timedOut, at: .hello))
  }

  @Test func `handshake`() async throws {
    let error = try await Self.error([], security: .implicit) { $0.handshake = .milliseconds(20) }
    #expect(error == .network(.timedOut, at: .startTLS))
  }

  @Test func `DATA`() async throws {
    let error = try await Self.error(
      .hello("PIPELINING") + [.lines(3), .say("250 ok\r\n250 ok\r\n")]
    ) { $0.dataStart = .milliseconds(20) }
    #expect(error == .network(.timedOut, at: .envelope))
  }

  @Test func `a server that takes no text`() async throws {
    var patience = Patience.short
    patience.dataBlock = .milliseconds(20)
    let text = [[UInt8]](repeating: [UInt8](repeating: 0x78, count: 1 << 20), count: 24)
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.hold], patience: patience
    ) { session in
      session.start(.first)
      _ = try await session.awaitGo()
      return try await session.finish(text, thenStart: nil)
    }
    let interruption = try #require(play.interruption)
    #expect(!interruption.isInDoubt)
    #expect(interruption.cause == .network(.timedOut, at: .body))
  }

  @Test(arguments: [true, false])
  func `MAIL and RCPT have times of their own`(pipelining: Bool) async throws {
    let opening: [ScriptedServer.Step] = pipelining ? .hello("PIPELINING") : .hello()
    let mail = try await Self.error(opening) { $0.mail = .milliseconds(20) }
    #expect(mail == .network(.timedOut, at: .envelope))
    let recipient = try await Self.error(
      opening + [.lines(pipelining ? 3 : 1), .say("250 ok\r\n")]
    ) { $0.recipient = .milliseconds(20) }
    #expect(recipient == .network(.timedOut, at: .envelope))
  }

  @Test func `signing in`() async throws {
    var patience = Patience.short
    patience.authentication = .milliseconds(20)
    let play = try await SessionPlay.run(
      .hello("AUTH PLAIN") + [.line], credentials: StartTLSTests.credentials, patience: patience
    ) { _ in }
    #expect(play.sessionError == .network(.timedOut, at: .authentication))
    #expect(play.report.hasSuffix("C: AUTH PLAIN ***\n-- no answer in time"))
  }

  @Test func `a server that does not say goodbye is left all the same`() async throws {
    var patience = Patience.short
    patience.quit = .milliseconds(20)
    let play = try await SessionPlay.run(.hello() + [.line], patience: patience) { session in
      await session.quit()
      return session.isUsable
    }
    #expect(try play.result.get() == false)
    #expect(play.text.hasSuffix("QUIT\r\n"))
  }

  /// The least values of RFC 5321 §4.5.3.2.
  @Test func `nobody is given up earlier than the standard says`() {
    let patience = Patience()
    #expect(patience.greeting >= .seconds(300))
    #expect(patience.mail >= .seconds(300))
    #expect(patience.recipient >= .seconds(300))
    #expect(patience.dataStart >= .seconds(120))
    #expect(patience.dataBlock >= .seconds(180))
    #expect(patience.dataEnd >= .seconds(600))
  }
}
