import SMTP
import Testing

/// Without PIPELINING every command waits for its answer.
@Suite struct LockStepTests {
  private static func message(_ last: String) -> [ScriptedServer.Step] {
    [.line, .say("250 ok\r\n"), .line, .say("250 ok\r\n"), .line, .say("354 go\r\n"), .body]
      + [.say(last)]
  }

  @Test func `nothing is sent ahead`() async throws {
    let play = try await SessionPlay.run(
      .hello("SIZE 1000") + Self.message("250 first\r\n") + Self.message("250 second\r\n")
    ) { session in
      let first = try await session.send(thenStart: .second)
      #expect(try await session.awaitGo() == .ahead)
      return [first, try await session.finish([Array("x\r\n".utf8)], thenStart: nil)]
    }
    #expect(try play.result.get().map(\.line) == ["250 first", "250 second"])
    #expect(play.transcript.complaint == nil)
    #expect(
      play.text == "EHLO me.example\r\n"
        + "MAIL FROM:<a@me.example> SIZE=100\r\nRCPT TO:<b@you.example>\r\nDATA\r\nHello\r\n.\r\n"
        + "MAIL FROM:<a@me.example> SIZE=100\r\nRCPT TO:<c@you.example>\r\nDATA\r\nx\r\n.\r\n")
  }

  @Test(arguments: [
    (["550 5.1.0 no"], ClientSession.Command.mail, ""),
    (["250 ok", "450 4.2.0 later"], .recipient, "RSET\r\n"),
    (["250 ok", "250 ok", "451 4.3.0 later"], .data, "RSET\r\n"),
  ])
  func `a refusal stops at once, and the next message begins anew`(
    answers: [String], command: ClientSession.Command, reset: String
  ) async throws {
    var script: [ScriptedServer.Step] = .hello()
    for answer in answers { script += [.line, .say("\(answer)\r\n")] }
    if !reset.isEmpty { script += [.line, .say("250 reset\r\n")] }
    let play = try await SessionPlay.run(script + Self.message("250 ok\r\n")) { session in
      session.start(.first)
      let go = try await session.awaitGo()
      #expect(session.isUsable)
      session.start(.second)
      #expect(try await session.awaitGo() == .ahead)
      _ = try await session.finish([[]], thenStart: nil)
      return go
    }
    guard case .refused(let reply, command) = try play.result.get() else {
      Issue.record("not refused")
      return
    }
    #expect(reply.line == answers.last)
    #expect(play.transcript.complaint == nil)
    #expect(play.text.hasSuffix(reset + Announcement.second + ".\r\n"))
  }
}
