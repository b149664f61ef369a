import SMTP
import Testing

/// Answers that cannot belong to the command they come after: the session is closed (F20).
@Suite struct DesyncTests {
  @Test func `an answer to the text before the text is no delivery`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + [
        .lines(3), .say("250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"), .body,
      ]
        + [.say("451 4.3.0 not kept\r\n")]
    ) { try await $0.send() }
    do {
      #expect(throws: (any Error).self) { try play.result.get() }
    }
  }

  @Test(arguments: ["250 ok", "235 ok", "334 more", "221 bye"])
  func `DATA answered with anything but 354 or a refusal`(answer: String) async throws {
    try await Self.expectViolation(.announced("250 ok", "250 ok", answer))
  }

  @Test(arguments: ["354 go", "334 more"])
  func `MAIL answered with a request for more`(answer: String) async throws {
    try await Self.expectViolation(.announced(answer, "250 ok", "250 ok"))
  }

  @Test func `one answer too many`() async throws {
    try await Self.expectViolation([
      .lines(3), .say("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
    ])
  }

  private static func expectViolation(_ script: [ScriptedServer.Step]) async throws {
    let play = try await SessionPlay.run(.hello("PIPELINING") + script) { session in
      session.start(.first)
      do throws(SessionError) {
        _ = try await session.awaitGo()
        return session.isUsable
      } catch {
        return false
      }
    }
    do {
      #expect((try? play.result.get()) == false)
    }
  }
}
