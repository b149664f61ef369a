import SMTP
import Testing

/// Seeded noise: nothing traps, nothing grows, and pieces make no difference.
@Suite struct ServerHostileInputTests {
  struct Noise: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  static let scraps = [
    "EHLO a", "HELO b", "MAIL FROM:<", "a@x.org>", "RCPT TO:<", "b@y.org>", "DATA", "BDAT 5",
    " LAST",
    "RSET", "QUIT", "AUTH PLAIN", "AUTH LOGIN", " AGFkYQBwdw==", "*", "=", "NOOP", "\r\n", "\r\n",
    "\r\n", "\r\n", "\n", "\r", ".", "\r\n.\r\n", "..", "\u{0}", "é", " ", "\"", "\\", "[", "]",
    ":",
    "@", " SIZE=10", " BODY=8BITMIME", " SMTPUTF8", "MAIL FROM:<a@x.org>\r\nRCPT TO:<b@y.org>\r\n",
    "MAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n", "BDAT 999999999999999999", "0123456789",
  ]

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `noise never traps and pieces make no difference`(seed: UInt64) {
    var noise = Noise(state: seed)
    var input = Array("EHLO a\r\n".utf8)
    for _ in 0..<Int.random(in: 1...120, using: &noise) {
      if Int.random(in: 0..<12, using: &noise) == 0 {
        input.append(UInt8.random(in: .min ... .max, using: &noise))
      } else {
        input += Self.scraps.randomElement(using: &noise).map { Array($0.utf8) } ?? []
      }
    }
    var configuration = ServerConfiguration()
    configuration.authenticator = { user, _ in user.count.isMultiple(of: 2) }
    configuration.allowsAuthenticationInClear = true
    configuration.longestMessage = 200
    var conversation = ServerConversation(configuration)
    let whole = ServerTranscript.run(input, on: &conversation)
    #expect(whole.output.utf8.count < 30 * (input.count + 10))
    #expect(whole.messages.allSatisfy { $0.bytes.count <= 200 })
    for size in [1, 2, 3, 7, 64] {
      var conversation = ServerConversation(configuration)
      #expect(ServerTranscript.run(input, by: size, on: &conversation) == whole, "seed \(seed)")
    }
  }

  @Test func `a flood of commands is answered in bounded portions`() {
    var conversation = ServerConversation(ServerConfiguration())
    let flood = Array(String(repeating: "EHLO a\r\n", count: 50_000).utf8)
    var start = 0
    var portions = 0
    while start < flood.count {
      var output: [UInt8] = []
      start += conversation.receive(flood[start...], into: &output).consumed
      #expect(output.count < (1 << 16) + 1_000)
      portions += 1
    }
    #expect(portions > 50)
  }
}
