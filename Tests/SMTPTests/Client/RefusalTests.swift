import SMTP
import Testing

/// Refusals before the text, with PIPELINING (F11, F12, F26).
@Suite struct RefusalTests {
  private struct Outcome: Sendable {
    let go: ClientSession.Go
    let isUsable: Bool
  }

  private static func announce(
    _ script: [ScriptedServer.Step]
  ) async throws -> (outcome: Outcome, text: String) {
    let play = try await SessionPlay.run(.hello("PIPELINING") + script) { session in
      session.start(.first)
      let go = try await session.awaitGo()
      let isUsable = session.isUsable
      if isUsable {
        session.start(.second)
        #expect(try await session.awaitGo() == .ahead)
        #expect(try await session.finish([[]], thenStart: nil).isSuccess)
      }
      return Outcome(go: go, isUsable: isUsable)
    }
    #expect(play.transcript.complaint == nil)
    return (try play.result.get(), play.text)
  }

  private static let next: [ScriptedServer.Step] = .announced() + [.body, .say("250 ok\r\n")]
  private static let start = "EHLO me.example\r\n" + Announcement.first

  @Test func `354 in spite of a refused recipient is answered with a lone dot`() async throws {
    let (outcome, text) = try await Self.announce(
      .announced("250 ok", "550 5.1.1 nobody") + [.body, .say("554 no recipients\r\n")] + Self.next)
    let reply = Reply(code: 550, enhanced: EnhancedCode(5, 1, 1), text: Array("nobody".utf8))
    #expect(outcome.go == .refused(reply, at: .recipient))
    #expect(text == Self.start + ".\r\n" + Announcement.second + ".\r\n")
  }

  @Test(arguments: [
    ("450 4.2.1 x", 450), ("451 4.7.1 x", 451), ("452 4.5.3 x", 452), ("550 5.1.1 x", 550),
    ("551 5.1.6 x", 551), ("552 5.2.2 x", 552), ("553 5.1.3 x", 553), ("554 5.7.1 x", 554),
    ("556 5.1.10 x", 556), ("599 x", 599),
  ])
  func `a refused recipient is forgotten before the next message`(
    answer: String, code: Int
  ) async throws {
    var second: [ScriptedServer.Step] = [.lines(4)]
    second += [.say("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n"), .body, .say("250 ok\r\n")]
    let (outcome, text) = try await Self.announce(
      .announced("250 ok", answer, "554 5.5.1 no recipients") + second)
    guard case .refused(let reply, .recipient) = outcome.go else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reply.line == answer)
    #expect(reply.code == code)
    #expect(outcome.isUsable)
    #expect(text == Self.start + "RSET\r\n" + Announcement.second + ".\r\n")
  }

  @Test(arguments: ["550 5.7.1 no", "451 4.3.0 later", "555 5.5.4 what?"])
  func `a refused sender needs no RSET`(answer: String) async throws {
    let (outcome, text) = try await Self.announce(
      .announced(answer, "503 5.5.1 MAIL first", "503 5.5.1 MAIL first") + Self.next)
    guard case .refused(let reply, .mail) = outcome.go else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reply.line == answer)
    #expect(text == Self.start + Announcement.second + ".\r\n")
  }

  @Test func `greylisting at DATA is the answer`() async throws {
    let second: [ScriptedServer.Step] = [
      .lines(4), .say("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n"), .body, .say("250 ok\r\n"),
    ]
    let (outcome, _) = try await Self.announce(
      .announced("250 ok", "250 ok", "451 4.7.1 greylisted") + second)
    let reply = Reply(code: 451, enhanced: EnhancedCode(4, 7, 1), text: Array("greylisted".utf8))
    #expect(outcome.go == .refused(reply, at: .data))
  }

  @Test(arguments: ["251 2.1.5 will forward", "252 2.1.5 cannot verify", "299 hm"])
  func `other codes of success are success`(answer: String) async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced("250 ok", answer) + [.body, .say("250 ok\r\n")]
    ) { try await $0.send() }
    #expect(try play.result.get().isSuccess)
  }

  @Test func `MAIL refused and hung up is a refusal`() async throws {
    let (outcome, _) = try await Self.announce([
      .lines(3), .say("550 5.7.1 blocked\r\n"), .close,
    ])
    let reply = Reply(code: 550, enhanced: EnhancedCode(5, 7, 1), text: Array("blocked".utf8))
    #expect(outcome.go == .refused(reply, at: .mail))
    #expect(!outcome.isUsable)
  }

  @Test func `RCPT refused and hung up is a refusal`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + [.lines(3), .say("250 ok\r\n550 5.1.1 nobody\r\n"), .close]
    ) { session in
      session.start(.first)
      return try await session.awaitGo()
    }
    do {
      let reply = Reply(code: 550, enhanced: EnhancedCode(5, 1, 1), text: Array("nobody".utf8))
      #expect((try? play.result.get()) == .refused(reply, at: .recipient))
    }
  }

  @Test func `a refusal survives a hang-up after the lone dot`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced("250 ok", "550 5.1.1 nobody") + [.body, .close]
    ) { session in
      session.start(.first)
      return try await session.awaitGo()
    }
    do {
      let reply = Reply(code: 550, enhanced: EnhancedCode(5, 1, 1), text: Array("nobody".utf8))
      #expect((try? play.result.get()) == .refused(reply, at: .recipient))
    }
  }
}
