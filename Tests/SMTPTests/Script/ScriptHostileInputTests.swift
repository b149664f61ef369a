import SMTP
import TestSupport
import Testing

/// Seeded noise in scripts, and in what is said to a server that plays them.
@Suite struct ScriptHostileInputTests {
  private static let words = [
    "connect", "banner", "ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot",
    "rset", "quit", "any", "seed", "without", "require", "size", "recipients", "port", "closed",
    "silent", "PIPELINING", "CHUNKING", "STARTTLS", "tls", "auth", "to", "from", "user",
    "connection", "message", "recipient", "first", "after", "every", "beyond", "each", "share",
    "chance", "greylist", "encrypted", "larger", "during", "octets", "per", "at", "once", "minute",
    "domain", "sender", "wait", "reply", "say", "fill", "garbage", "accept", "take", "silence",
    "close", "cut", "reset", "discard", "read", "write", "times", "250", "354", "421", "450", "550",
    "4.7.1", "\"text\"", "\"2\\r\\n\"", "\"\\x\"", "\"", "\\", "3", "0", "1..", "2..5", "5..2",
    "999999999", "99999999999999999999", "-1", "5%", "50%", "100%", "0.1%", "1ms", "0ms..2ms", "5s",
    "1s..2s", "9999999999d", "10/s", "4KB", "1MB", "9999MB", ":", ":", ":", ",", ",", "#", "é", "*",
    "*@*.example", "?", "\u{0}", "\u{FEFF}", "\t",
  ]

  /// Rules that are right more often than not.
  private static func likelyRule(_ random: inout SeededRandom) -> String {
    let steps = [
      "connect", "banner", "ehlo", "helo", "auth", "mail", "rcpt", "data", "body", "dot", "rset",
      "quit", "any",
    ]
    let conditions = [
      "", "", "", "first 2", "every 2", "after 1", "chance 50%", "share 50%", "beyond 2 per minute",
      "beyond 1 per connection", "greylist 1s", "message 2..", "recipient 1", "to *@y.org",
      "each sender first 1", "connection 1", "during 0s..1s", "octets 3", "larger 2",
    ]
    let acts = [
      "wait 1ms", "wait 0ms..2ms", "reply 250", "reply 421 4.0.0 \"bye\"", "reply 354", "reply 550",
      "say \"250 x\\n\"", "say \"garbage\"", "fill 100", "garbage 20", "accept", "take", "silence",
      "close", "cut", "reset", "discard", "read 100/s", "write 100/s", "port closed 1s",
    ]
    let list = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
      acts.randomElement(using: &random)
    }
    return (steps.randomElement(using: &random) ?? "") + " "
      + (conditions.randomElement(using: &random) ?? "") + ": " + list.joined(separator: ", ")
  }

  private static func script(_ random: inout SeededRandom) -> String {
    let isLikely = Int.random(in: 0..<3, using: &random) > 0
    return (0..<Int.random(in: 1...4, using: &random)).map { _ in
      if isLikely { return likelyRule(&random) }
      return (0..<Int.random(in: 1...9, using: &random)).compactMap { _ in
        words.randomElement(using: &random)
      }.joined(separator: Int.random(in: 0..<8, using: &random) == 0 ? "" : " ")
    }.joined(separator: "\n")
  }

  private static let talk = [
    "EHLO a\r\n", "HELO a\r\n", "AUTH PLAIN AGFkYQBwdw==\r\n", "AUTH LOGIN\r\n", "YWRh\r\n",
    "MAIL FROM:<a@x.org>\r\n", "RCPT TO:<b@y.org>\r\n", "RCPT TO:<c@y.org>\r\n", "DATA\r\n",
    "Hello\r\n", ".\r\n", "BDAT 3 LAST\r\nabc", "RSET\r\n", "STARTTLS\r\n", "NOOP\r\n", "QUIT\r\n",
    "MAIL FROM:<a@x.org>\r\nRCPT TO:<b@y.org>\r\nDATA\r\nHello\r\n.\r\n",
  ]

  @Test(arguments: 0..<50)
  func `a hundred random scripts, and what is said to them, never trap`(batch: Int) {
    var understood = 0
    for number in 0..<100 {
      var random = SeededRandom(seed: UInt64(batch * 100 + number))
      let text = Self.script(&random)
      let script: SandboxScript
      do throws(ScriptError) {
        script = try SandboxScript(parsing: text)
        understood += 1
      } catch {
        #expect(error.line >= 1 && error.column >= 1 && error.problem.hasSuffix("."), "\(text)")
        continue
      }
      var configuration = ServerConfiguration()
      configuration.offersStartTLS = true
      configuration.authenticator = { _, _ in true }
      configuration.allowsAuthenticationInClear = true
      configuration.play(script, clock: { .zero })
      for connection in 1...3 {
        var conversation = ServerConversation(
          configuration, visit: ServerVisit(connection: connection))
        let input = (0..<12).compactMap { _ in Self.talk.randomElement(using: &random) }.joined()
        let transcript = ServerTranscript.run(Array(input.utf8), by: 5, on: &conversation)
        #expect(transcript.output.utf8.count < 1 << 22, "\(text)")
      }
    }
    #expect(understood > 10)
  }

  @Test func `random octets are no script, or an empty one`() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<2_000 {
      let octets = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      _ = try? SandboxScript(parsing: octets)
    }
    #expect(throws: ScriptError.self) { try SandboxScript(parsing: [0xFF]) }
  }
}
