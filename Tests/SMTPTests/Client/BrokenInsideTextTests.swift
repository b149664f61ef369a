import Net
import SMTP
import Testing

/// A connection that ends before the final dot has gone out: nobody has the message (F14).
@Suite struct BrokenInsideTextTests {
  /// More than the buffers of two sockets hold.
  private static let text = [[UInt8]](
    repeating: [UInt8](repeating: 0x78, count: 1 << 20), count: 24)
  /// As much, with which the final dot goes out in the same write.
  private static let onePiece = [[UInt8](repeating: 0x78, count: 24 << 20)]

  private static func interruption(
    _ ending: [ScriptedServer.Step], of text: [[UInt8]] = text
  ) async throws -> ClientSession.Interruption? {
    try await SessionPlay.run(.hello("PIPELINING") + .announced() + [.octets(1)] + ending) {
      session in
      session.start(.first)
      _ = try await session.awaitGo()
      defer { #expect(!session.isUsable) }
      return try await session.finish(text, thenStart: .second)
    }.interruption
  }

  @Test(arguments: [ScriptedServer.Step.reset, .close], [true, false])
  func `is not in doubt`(ending: ScriptedServer.Step, isOnePiece: Bool) async throws {
    let text = isOnePiece ? Self.onePiece : Self.text
    let interruption = try #require(try await Self.interruption([ending], of: text))
    #expect(!interruption.isInDoubt)
    #expect(interruption.cause == .network(.closed, at: .body))
    #expect(interruption.cause.isTemporary)
  }

  @Test(arguments: ["554 5.7.1 spam", "452 4.3.1 disk full"])
  func `what the server said before it hung up is the answer`(answer: String) async throws {
    let interruption = try #require(
      try await Self.interruption([.say("\(answer)\r\n"), .close]))
    #expect(!interruption.isInDoubt)
    guard case .refused(let reply, .body) = interruption.cause else {
      Issue.record("\(interruption.cause)")
      return
    }
    #expect(reply.line == answer)
  }

  @Test func `250 in the middle of the text is no delivery`() async throws {
    let interruption = try #require(
      try await Self.interruption([.say("250 ok\r\n"), .close]))
    #expect(!interruption.isInDoubt)
    #expect(interruption.cause == .network(.closed, at: .body))
  }
}
