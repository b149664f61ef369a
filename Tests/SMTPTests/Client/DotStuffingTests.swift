import Octets
import Testing

@testable import SMTP

/// Text cannot end itself (RFC 5321 §4.5.2; E4).
@Suite struct DotStuffingTests {
  private static func stuff(_ pieces: [[UInt8]]) -> [UInt8] {
    var stuffing = DotStuffing()
    var output: [UInt8] = []
    for piece in pieces { stuffing.append(piece[...], to: &output) }
    stuffing.end(in: &output)
    return output
  }

  private static let bodies = [
    "", "x", "x\r\n", ".", ".\r\n", "..\r\n", ".x", "\r\n", "\r\n.\r\n", "a\r\n.\r\nb\r\n",
    "a.b\r\n",
    "a\r\n.", "a\r\n..b\r\n...\r\n", "a\n.\nb\r\n", "a\r.\rb\r\n", "a\r\n.\rb\r\n", "a\n.\r\nb\r\n",
    "a\r.\nb\r\n", "\n", "\r", "a\r", "a\n", ".\n", ".\r", "a\r\n.\n", "\n.\n.\n", "a\r\r\n.\r\nb",
  ]

  @Test(arguments: [
    ("", ".\r\n"), ("x", "x\r\n.\r\n"), ("x\r\n", "x\r\n.\r\n"), (".", "..\r\n.\r\n"),
    (".\r\n", "..\r\n.\r\n"), ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
    ("a\r\n..b\r\n", "a\r\n...b\r\n.\r\n"), ("a.\r\nb.c\r\n", "a.\r\nb.c\r\n.\r\n"),
    ("a\n.\nb", "a\n..\nb\r\n.\r\n"),
  ])
  func `a dot that begins a line is doubled`(body: String, wire: String) {
    #expect(Self.stuff([Array(body.utf8)]) == Array(wire.utf8))
  }

  @Test(arguments: bodies)
  func `pieces do not matter`(body: String) {
    let octets = Array(body.utf8)
    let whole = Self.stuff([octets])
    #expect(Self.stuff(octets.map { [$0] }) == whole)
    #expect(Self.stuff(octets.flatMap { [[], [$0], []] }) == whole)
    for first in 0...octets.count {
      for second in first...octets.count {
        let pieces = [octets[..<first], octets[first..<second], octets[second...]]
        #expect(Self.stuff(pieces.map(Array.init)) == whole)
      }
    }
  }

  @Test(arguments: bodies)
  func `the end is where it should be, also for who takes LF for a line's end`(body: String) {
    let wire = String(decoding: Self.stuff([Array(body.utf8)]), as: UTF8.self).unicodeScalars
    for end in ["\r\n.\r\n", "\n.\n", "\n.\r\n"] {
      let early = ("\r\n" + String(wire)).unicodeScalars.ranges(of: end.unicodeScalars)
      #expect(early.count <= 1)
      #expect(early.allSatisfy { $0.upperBound == ("\r\n" + String(wire)).unicodeScalars.endIndex })
    }
  }

  @Test(arguments: bodies)
  func `the sandbox reads one message, and with CRLF alone the same`(body: String) {
    let wire = Self.stuff([Array(body.utf8)])
    let opening = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n"
    var conversation = ServerConversation(ServerConfiguration())
    let talk = ServerTranscript.run(
      Array(opening.utf8) + wire + Array("NOOP\r\n".utf8), on: &conversation)
    #expect(talk.codes == ["220", "250", "250", "250", "354", "250", "250"])
    #expect(talk.messages.count == 1)
    let rest = body.replacing("\r\n", with: "")
    guard !rest.utf8.contains(ASCII.carriageReturn), !rest.utf8.contains(ASCII.lineFeed) else {
      return
    }
    let isWhole = body.isEmpty || body.hasSuffix("\r\n")
    #expect(talk.messages.first?.text == (isWhole ? body : body + "\r\n"))
  }

  @Test func `random text is read back octet by octet`() {
    var random = SeededOctets(seed: 4_512)
    let words = [".", "\r\n", "..", "a", "\r\n.", "é", "\0", " ", "b."]
    for _ in 0..<500 {
      var pieces: [[UInt8]] = []
      for _ in 0..<random.below(6) {
        let count = random.below(30)
        pieces.append((0..<count).flatMap { _ in Array(words[random.below(words.count)].utf8) })
      }
      pieces.append(Array("\r\n".utf8))
      var conversation = ServerConversation(ServerConfiguration())
      let opening = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.org>\r\nDATA\r\n"
      let talk = ServerTranscript.run(
        Array(opening.utf8) + Self.stuff(pieces), by: 1 + random.below(50), on: &conversation)
      #expect(talk.messages.map(\.bytes) == [Array(pieces.joined())])
    }
  }
}
