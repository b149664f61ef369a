import Net
import SMTP
import Testing

/// Whatever happens between the final dot and its reply leaves the message in doubt (F15, F17, F19).
@Suite struct BrokenAfterDotTests {
  private static func interruption(
    _ ending: [ScriptedServer.Step], patience: Patience = .short, thenStart next: Envelope? = nil
  ) async throws -> ClientSession.Interruption? {
    try await SessionPlay.run(
      .hello("PIPELINING") + .announced() + [.body] + ending, patience: patience
    ) { session in
      defer { #expect(!session.isUsable) }
      return try await session.send(thenStart: next)
    }.interruption
  }

  @Test(arguments: [true, false])
  func `a connection that ends without a word`(isNextAnnounced: Bool) async throws {
    let interruption = try #require(
      try await Self.interruption(
        isNextAnnounced ? [.lines(3), .close] : [.close],
        thenStart: isNextAnnounced ? .second : nil))
    #expect(interruption.isInDoubt)
    #expect(interruption.cause == .network(.closed, at: .reply))
  }

  @Test func `a reset`() async throws {
    let interruption = try #require(try await Self.interruption([.reset]))
    #expect(interruption.isInDoubt)
    #expect(interruption.cause == .network(.closed, at: .reply))
  }

  @Test(arguments: ["2", "250", "250 2.0", "250 2.0.0 ok", "250 ok\r", "250-ok\r\n", "554 5"])
  func `half a reply`(half: String) async throws {
    let interruption = try #require(try await Self.interruption([.say(half), .close]))
    #expect(interruption.isInDoubt)
    #expect(interruption.cause == .network(.closed, at: .reply))
  }

  @Test(arguments: [
    "hello\r\n", "\r\n", "25 ok\r\n", "2500 ok\r\n", "250_ok\r\n", "100 wait\r\n", "600 what\r\n",
    "199 x\r\n", "\0\0\0\0\n", "\u{1}\u{2}\u{3}\r\n", "HTTP/1.1 200 OK\r\n\r\n", " 250 ok\r\n",
    "250-a\r\n251 b\r\n", "354 go on\r\n", "334 \r\n", "٢٥٠ ok\r\n",
  ])
  func `what is no reply`(garbage: String) async throws {
    let interruption = try #require(try await Self.interruption([.say(garbage)]))
    #expect(interruption.isInDoubt)
    guard case .violation(_, .reply) = interruption.cause else {
      Issue.record("\(interruption.cause)")
      return
    }
    #expect(interruption.cause.isTemporary)
  }

  @Test(arguments: [
    [UInt8]("250-".utf8) + [UInt8](repeating: 0x61, count: 70_000),
    [UInt8](repeating: 0x32, count: 70_000),
    [UInt8](String(repeating: "250-more\r\n", count: 10_000).utf8),
    [UInt8](repeating: 0xFF, count: 70_000),
  ])
  func `a reply beyond all bounds`(octets: [UInt8]) async throws {
    let interruption = try #require(try await Self.interruption([.sayOctets(octets)]))
    #expect(interruption.isInDoubt)
    guard case .violation(_, .reply) = interruption.cause else {
      Issue.record("\(interruption.cause)")
      return
    }
  }

  @Test func `a server that does not answer in time`() async throws {
    var patience = Patience.short
    patience.dataEnd = .milliseconds(20)
    let interruption = try #require(try await Self.interruption([], patience: patience))
    #expect(interruption.isInDoubt)
    #expect(interruption.cause == .network(.timedOut, at: .reply))
  }
}
