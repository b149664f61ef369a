import Octets
import Testing

@testable import SMTP

/// Replies out of octets in whatever pieces (RFC 5321 §4.2; F18, F19).
@Suite struct ReplyParserTests {
  /// All replies in `octets`, fed in pieces of `size`, and what ended the reading.
  private static func read(
    _ octets: [UInt8], by size: Int
  ) -> (replies: [Reply], violation: ReplyParser.Violation?, hasRest: Bool) {
    var parser = ReplyParser()
    var replies: [Reply] = []
    do throws(ReplyParser.Violation) {
      for start in stride(from: 0, to: octets.count, by: size) {
        parser.append(Array(octets[start..<min(start + size, octets.count)]))
        while let reply = try parser.next() { replies.append(reply) }
      }
      return (replies, nil, parser.hasUnreadOctets)
    } catch {
      return (replies, error, parser.hasUnreadOctets)
    }
  }

  @Test(arguments: [
    ("250 ok\r\n", ["250 ok"]), ("250\r\n", ["250"]), ("250 \r\n", ["250"]),
    ("250-\r\n250\r\n", ["250  "]), ("220-a\r\n220-b\r\n220 c\r\n", ["220 a b c"]),
    ("250 2.1.5 ok\r\n", ["250 2.1.5 ok"]), ("250 2.1.5\r\n", ["250 2.1.5"]),
    ("250 ok\n354 go\n", ["250 ok", "354 go"]), ("250-a\n250 b\r\n", ["250 a b"]),
    ("299 x\r\n399 y\r\n499 z\r\n599 w\r\n", ["299 x", "399 y", "499 z", "599 w"]),
    ("550 5.1.1 a\tb\u{7F}\0c\r\n", ["550 5.1.1 a b  c"]),
    ("554-5.7.1 one\r\n554 5.7.1 two\r\n", ["554 5.7.1 one two"]),
    ("250 a\rb\r\n", ["250 a b"]),
  ])
  func `a reply reads the same in all pieces`(text: String, lines: [String]) {
    let octets = [UInt8](text.utf8)
    for size in 1...octets.count {
      let (replies, violation, hasRest) = Self.read(octets, by: size)
      #expect(violation == nil)
      #expect(replies.map(\.line) == lines)
      #expect(!hasRest)
    }
  }

  @Test(arguments: [
    ("250 2.1.5 ok", EnhancedCode(2, 1, 5), "ok"), ("550 2.1.5 ok", nil, "2.1.5 ok"),
    ("250 5.1.1 x", nil, "5.1.1 x"), ("550 4.1.1 x", nil, "4.1.1 x"),
    ("450 4.2.1", EnhancedCode(4, 2, 1), ""), ("354 3.0.0 x", nil, "3.0.0 x"),
    ("550 5.999.999 x", EnhancedCode(5, 999, 999), "x"), ("550 5.1000.1 x", nil, "5.1000.1 x"),
    ("550 5.1 x", nil, "5.1 x"), ("550 5.1.1.1 x", nil, "5.1.1.1 x"), ("550 5..1 x", nil, "5..1 x"),
    ("550 5.1.1: x", nil, "5.1.1: x"), ("550 55.1.1 x", nil, "55.1.1 x"),
    ("550 .1.1 x", nil, ".1.1 x"),
    ("550 5.1.", nil, "5.1."), ("550 5.-1.1 x", nil, "5.-1.1 x"), ("550  5.1.1 x", nil, " 5.1.1 x"),
  ])
  func `an enhanced code counts when its class fits`(
    line: String, code: EnhancedCode?, text: String
  ) throws {
    let reply = try #require(Self.read([UInt8]("\(line)\r\n".utf8), by: 3).replies.first)
    #expect(reply.enhanced == code)
    #expect(String(decoding: reply.text, as: UTF8.self) == text)
  }

  @Test(arguments: [
    "", "2", "25", "abc", "2a0", "25x ok", "25", "100 wait", "199", "600 x", "000 x", "900 x",
    "250x", "250_ok", "2500", "250\tok", " 250 ok", "-250 ok", "\0\0\0", "\u{FEFF}250 ok", "２５０ ok",
  ])
  func `what does not begin with a code is no reply`(line: String) {
    for ending in ["\r\n", "\n"] {
      for size in [1, 2, 100] {
        let (replies, violation, _) = Self.read([UInt8]((line + ending).utf8), by: size)
        #expect(replies.isEmpty)
        #expect(violation == .notAReply(line: [UInt8](line.utf8)))
      }
    }
  }

  @Test(arguments: ["250-a\r\n251 b\r\n", "250-a\r\n550 b\r\n", "220-a\r\n220-b\r\n221 c\r\n"])
  func `lines must agree on the code`(text: String) {
    #expect(Self.read([UInt8](text.utf8), by: 5).violation == .codesDisagree)
  }

  @Test func `the first 200 octets of a line that is no reply are shown`() {
    let line = [UInt8](repeating: 0x61, count: 5_000)
    let violation = Self.read(line + [ASCII.lineFeed], by: 1_000).violation
    #expect(violation == .notAReply(line: Array(line[..<200])))
  }

  @Test(arguments: [1_000, 4_096, 65_536, 1_000_000])
  func `a reply is at most 64 KiB, in one line or in many`(size: Int) {
    let line = Array("250 ".utf8) + [UInt8](repeating: 0x61, count: 65_530) + Array("\r\n".utf8)
    #expect(Self.read(line, by: size).replies.first?.text.count == 2_000)
    let longLine = Array("250 ".utf8) + [UInt8](repeating: 0x61, count: 65_533)
    #expect(Self.read(longLine, by: size).violation == .tooLong)
    let many = [UInt8](String(repeating: "250-x\r\n", count: 10_000).utf8)
    #expect(Self.read(many, by: size).violation == .tooLong)
    let few = [UInt8]((String(repeating: "250-\r\n", count: 10_000) + "250 end\r\n").utf8)
    #expect(Self.read(few, by: size).replies.map(\.code) == [250])
  }

  @Test func `the bound is one reply's, not the session's`() {
    let replies = [UInt8](String(repeating: "250-aaaa\r\n250 bbbb\r\n", count: 20_000).utf8)
    for size in [1_000, 4_096, replies.count] {
      let result = Self.read(replies, by: size)
      #expect(result.replies.count == 20_000)
      #expect(result.violation == nil)
    }
  }

  @Test func `a reply whose rest has not come is unread`() {
    var parser = ReplyParser()
    #expect(!parser.hasUnreadOctets)
    for piece in ["2", "250-a\r\n", "250 a\r\n250 b\r\n"] {
      parser = ReplyParser()
      parser.append(Array(piece.utf8))
      _ = try? parser.next()
      #expect(parser.hasUnreadOctets)
    }
  }

  @Test func `random octets never trap, and read the same in all pieces`() {
    var random = SeededOctets(seed: 5_321)
    let words = ["250", "-", " ", "\r\n", "\n", "\r", "550", "5.1.1", ".", "2.", "\0", "ok", "9"]
    for round in 0..<4_000 {
      var octets: [UInt8] = []
      for _ in 0..<random.below(40) {
        if round % 2 == 0 {
          octets.append(UInt8(random.below(256)))
        } else {
          octets += words[random.below(words.count)].utf8
        }
      }
      let whole = Self.read(octets, by: max(1, octets.count))
      let pieces = Self.read(octets, by: 1 + random.below(7))
      #expect(whole.replies == pieces.replies)
      #expect(whole.violation == pieces.violation)
      for reply in whole.replies {
        #expect(200...599 ~= reply.code)
        #expect(reply.text.count <= 2_000)
        #expect(reply.line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
      }
    }
  }

  @Test(arguments: [
    (200, Reply.Severity.success), (299, .success), (354, .intermediate), (421, .temporary),
    (499, .temporary), (500, .permanent), (599, .permanent),
  ])
  func `unknown codes are understood by their first digit`(code: Int, severity: Reply.Severity) {
    #expect(Reply(code: code).severity == severity)
    #expect(Reply(code: code).isSuccess == (severity == .success))
  }
}
