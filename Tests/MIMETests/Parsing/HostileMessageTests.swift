import Foundation
import MIME
import Octets
import TestSupport
import Testing

struct HostileMessageTests {
  /// Asks a message for all that it can tell; a trap anywhere ends the test.
  private func exhaust(_ message: ParsedMessage) -> Int {
    var total = message.defects.count + message.attachments.count
    total += message.subject?.text.utf8.count ?? 0
    total += Int(truncatingIfNeeded: message.date?.seconds ?? 0) & 1
    total += message.messageID?.utf8.count ?? 0
    for list in [message.from, message.to, message.cc, message.replyTo] {
      for mailbox in list.flatMap(\.mailboxes) {
        total += mailbox.name.utf8.count + (mailbox.emailAddress?.wire.count ?? 0)
      }
    }
    for part in message.parts {
      total += part.fields.reduce(0) { $0 + $1.name.utf8.count + $1.text.utf8.count }
      total += part.fileName.utf8.count + (part.contentID?.utf8.count ?? 0)
      total += (part.text?.text.utf8.count ?? 0) + part.content.count + part.reportFields.count
    }
    return total
  }

  private static let seeds: [[UInt8]] = [
    """
    From: "A \\" (c" <@a,@b:a@x.org>, G: b@x.org;\r
    Subject: =?utf-8?b?Y2Fmw6k=?= =?iso-8859-15?q?=A4_?= x\r
    Date: Thu, 20 Nov 2025 09:30:00 +0000 (UTC)\r
    Content-Type: multipart/mixed; boundary*0="a"; boundary*1=b\r
    \r
    --ab\r
    Content-Type: message/rfc822\r
    Content-Transfer-Encoding: base64\r
    \r
    U3ViamVjdDogYQoKYg==\r
    --ab\r
    Content-Disposition: attachment; filename*0*=utf-8'en'%C3; filename*1*=%A9.txt\r
    Content-Transfer-Encoding: quoted-printable\r
    \r
    a=C3=A9=\r
    =20\r
    --ab--\r

    """
  ].map { Array($0.utf8) }

  @Test func `mutations never trap, and always leave a message`() {
    var random = SeededRandom(seed: 822)
    var seeds = HostileMessageTests.seeds
    for name in ["msg_07", "msg_16", "msg_36", "msg_43"] {
      if let bytes = Corpora.bytes("mime-python/\(name).txt") { seeds.append(bytes) }
    }
    let pieces = [
      "--", "\r\n", "\n", "\n\n", "=", "=?", "?=", "\"", "(", ")", "<", ">", "[", "]", ",", ";",
      "*", "'", "%", ":", "\\",
      "\u{0}", "\r", "=?utf-8?q?", "Content-Type: message/rfc822\n", "é",
    ].map { Array($0.utf8) }
    for round in 0..<1_500 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...random.below(8) where !bytes.isEmpty {
        let at = random.below(bytes.count)
        let end = min(at + random.below(40), bytes.count)
        switch random.below(5) {
        case 0: bytes[at] = UInt8(random.below(256))
        case 1: bytes.removeSubrange(at..<end)
        case 2: bytes.insert(contentsOf: bytes[at..<end], at: random.below(bytes.count))
        case 3: bytes.insert(contentsOf: pieces[random.below(pieces.count)], at: at)
        default: bytes.removeSubrange((random.below(4) == 0 ? at : bytes.count - 1)...)
        }
      }
      let message = ParsedMessage(parsing: bytes)
      #expect(!message.parts.isEmpty)
      #expect(exhaust(message) >= 0)
      for (index, part) in message.parts.enumerated() {
        let parentIsBefore = part.parent.map { $0 < index } ?? (index == 0)
        #expect(parentIsBefore)
      }
    }
  }

  @Test func `every beginning of a message is a message`() {
    for seed in HostileMessageTests.seeds {
      for end in seed.indices {
        #expect(exhaust(ParsedMessage(parsing: Array(seed[..<end]))) >= 0)
      }
    }
  }

  @Test func `parts beyond the limit are left out`() {
    var text = "Content-Type: multipart/mixed; boundary=a\n\n"
    for _ in 0..<20_000 { text += "--a\n\nx\n" }
    let message = ParsedMessage(parsing: Array(text.utf8))
    #expect(message.parts.count == ParsedMessage.mostParts)
    #expect(message.parts[0].defects.contains(.tooManyParts))
    #expect(message.parts.last?.content.elementsEqual("x".utf8) == true)
  }

  @Test func `nesting beyond the limit is content`() {
    var text = ""
    for level in 0..<5_000 {
      text += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
    }
    let message = ParsedMessage(parsing: Array(text.utf8))
    #expect(message.parts.count == ParsedMessage.deepestPart + 1)
    #expect(message.parts.last?.defects == [.tooDeep])
    let inner = String(repeating: "Content-Type: message/rfc822\n\n", count: 5_000)
    let messages = ParsedMessage(parsing: Array(inner.utf8))
    #expect(messages.parts.count == ParsedMessage.deepestPart + 1)
    #expect(exhaust(messages) > 0)
  }

  @Test func `messages encoded again and again are content in the end`() {
    var bytes = Array("Subject: x\n\ny".utf8)
    for _ in 0..<6 {
      let encoded = Data(bytes).base64EncodedString()
      bytes = Array(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n\(encoded)".utf8)
    }
    let message = ParsedMessage(parsing: bytes)
    #expect(message.parts.count == 4)
    #expect(message.defects == [.tooDeep])
  }

  @Test func `fields beyond the limit are left out`() {
    let text = String(repeating: "a:\n", count: 50_000) + "\nbody"
    let message = ParsedMessage(parsing: Array(text.utf8))
    #expect(message.fields.count == ParsedMessage.mostFields)
    #expect(message.defects == [.tooManyFields])
    #expect(message.plainText?.text?.text == "body")
  }

  /// Each would take long if a part of it were read again and again.
  @Test(arguments: [
    ("Subject: ", "=?utf-8?q?"), ("Subject: ", "=?utf-8?q?a?= "), ("Subject: ", "=?"),
    ("Subject: ", "x\n "), ("To: ", "("), ("To: ", ")"), ("To: ", "["), ("To: ", "\""),
    ("To: ", "<"), ("To: ", "a "),
    ("To: ", "a@x.org,"), ("To: ", "g:a;"), ("To: ", "\\"), ("To: a", " @"),
    ("Content-Type: text/plain; ", "a*0*=x;"), ("Content-Type: text/plain; ", "a=\";"),
    ("Content-Type: text/plain", "("), ("Content-Disposition: attachment; filename=", "/."),
    ("Content-Type: text/plain; name*0*=", "'"), ("Date: ", "(1 "),
    ("Content-Type: multipart/mixed; boundary=a\n\n", "--a\n"),
    ("Content-Type: multipart/mixed; boundary=a\n\n--a\n\n", "--b\n"),
    ("Content-Type: multipart/mixed; boundary=a\n\n--a\n\n", "-- "),
    ("Content-Transfer-Encoding: quoted-printable\n\n", "= "),
    ("Content-Transfer-Encoding: quoted-printable\n\n", "=\n"),
    ("Content-Transfer-Encoding: quoted-printable\n\n", " "),
    ("Content-Transfer-Encoding: base64\n\n", "="),
    ("Content-Type: message/delivery-status\n\n", "a:\n\n"),
  ])
  func `a hundred kilobytes of one thing are read in one go`(start: String, piece: String) {
    let count = 100_000 / piece.utf8.count
    let text = start + String(repeating: piece, count: count) + "\n\nbody\n"
    #expect(exhaust(ParsedMessage(parsing: Array(text.utf8))) > 0)
  }
}
