import SMTP
import Testing

/// 421 ends the session at whatever point it comes (RFC 5321 §3.8; F4, F22).
@Suite struct ServiceClosingTests {
  private static let closing = "421 4.3.2 closing"
  private static let reply = Reply(
    code: 421, enhanced: EnhancedCode(4, 3, 2), text: Array("closing".utf8))

  @Test(arguments: ["421 4.3.2 closing", "554 5.3.2 no service", "521 5.3.2 no service"])
  func `in the greeting`(answer: String) async throws {
    let play = try await SessionPlay.run([.say("\(answer)\r\n"), .close]) { _ in }
    guard case .refused(let reply, .greeting) = play.sessionError else {
      Issue.record("\(play.result)")
      return
    }
    #expect(reply.line == answer)
    // Whatever the code, the next connection may be let in.
    #expect(play.sessionError?.isTemporary == true)
    #expect(play.text.isEmpty)
  }

  @Test func `in answer to EHLO`() async throws {
    let play = try await SessionPlay.run([
      .say("220 x\r\n"), .line, .say("\(Self.closing)\r\n"), .close,
    ]) { _ in }
    #expect(play.sessionError?.isTemporary == true)
    do {
      #expect(play.sessionError == .refused(Self.reply, at: .hello))
    }
  }

  @Test func `in answer to STARTTLS`() async throws {
    let play = try await SessionPlay.run(
      .hello("STARTTLS") + [.line, .say("\(Self.closing)\r\n"), .close], security: .required
    ) { _ in }
    #expect(play.sessionError == .refused(Self.reply, at: .startTLS))
  }

  @Test(arguments: [true, false], [ClientSession.Command.mail, .recipient, .data])
  func `before the text`(pipelining: Bool, command: ClientSession.Command) async throws {
    let position = [ClientSession.Command.mail, .recipient, .data].firstIndex(of: command) ?? 0
    let before = [String](repeating: "250 ok", count: position)
    let answers = before + [Self.closing]
    var script: [ScriptedServer.Step] = pipelining ? .hello("PIPELINING") : .hello()
    if pipelining {
      script += [.lines(3), .say(answers.map { "\($0)\r\n" }.joined()), .close]
    } else {
      for answer in answers { script += [.line, .say("\(answer)\r\n")] }
      script.append(.close)
    }
    let play = try await SessionPlay.run(script) { session in
      session.start(.first)
      let go = try await session.awaitGo()
      #expect(!session.isUsable)
      return go
    }
    #expect(try play.result.get() == .refused(Self.reply, at: command))
    #expect(play.transcript.complaint == nil)
  }

  @Test func `in answer to the text`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body, .lines(3), .say("\(Self.closing)\r\n"), .close]
    ) { session in
      let reply = try await session.send(thenStart: .second)
      #expect(!session.isUsable)
      await session.quit()
      return reply
    }
    #expect(try play.result.get() == Self.reply)
    #expect(!play.text.contains("QUIT"))
  }

  @Test func `in answer to RSET`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced("250 ok", "550 no", "554 no")
        + [.lines(4), .say("\(Self.closing)\r\n"), .close]
    ) { session in
      session.start(.first)
      _ = try await session.awaitGo()
      session.start(.second)
      return try await session.awaitGo()
    }
    #expect(play.sessionError?.isTemporary == true)
    do {
      #expect(play.sessionError == .refused(Self.reply, at: .envelope))
    }
  }
}
