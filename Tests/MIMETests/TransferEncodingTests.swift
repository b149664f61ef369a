import MIME
import Octets
import Testing

struct TransferEncodingTests {
  @Test(
    arguments: [
      ("", .sevenBit), ("Hello,\nworld\r\n", .sevenBit), ("tab\tand = sign", .sevenBit),
      (String(repeating: "x", count: 998) + "\r\n", .sevenBit),
      (String(repeating: "x", count: 999) + "\r\n", .quotedPrintable),
      ("a\n" + String(repeating: "x", count: 999), .quotedPrintable),
      ("Grüße aus Köln, liebe Leserin", .quotedPrintable),
      ("a\0b, and some more text", .quotedPrintable),
      ("bell\u{7} and delete\u{7F} are controls", .quotedPrintable),
      (String(repeating: "日本語", count: 20), .base64),
    ] as [(String, TransferEncoding)])
  func `is chosen by content`(text: String, encoding: TransferEncoding) {
    #expect(TransferEncoding.best(for: Array(text.utf8)) == encoding)
  }

  @Test(arguments: [
    ("a = b", "a =3D b"), ("ü", "=C3=BC"), ("a \nb\t\r\nc ", "a=20\r\nb=09\r\nc=20"),
    ("a\rb\nc\r\nd\n\re", "a\r\nb\r\nc\r\nd\r\n\r\ne"), ("", ""), ("\n\n", "\r\n\r\n"),
    (" \n \n", "=20\r\n=20\r\n"), ("\0.\u{7F}", "=00.=7F"), ("~!\ta\r", "~!\ta\r\n"),
    (
      String(repeating: "x", count: 80),
      String(repeating: "x", count: 75) + "=\r\n" + String(repeating: "x", count: 5)
    ),
    (
      String(repeating: "x", count: 74) + " \ny",
      String(repeating: "x", count: 74) + "=\r\n=20\r\ny"
    ),
    (
      String(repeating: "x", count: 73) + "ü",
      String(repeating: "x", count: 73) + "=\r\n=C3=BC"
    ),
  ])
  func `quoted-printable is`(text: String, encoded: String) {
    var bytes = Array("before ".utf8)
    QuotedPrintable.append(Array(text.utf8), to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "before " + encoded)
  }

  @Test(arguments: [
    ("a=3Db=\r\nc", "a=b" + "c"), ("a  \r\nb", "a\r\nb"), ("a=zz=4", "a=zz=4"), ("=c3=BC=", "ü"),
    ("a=20 \nb= \nc", "a \nbc"),
  ])
  func `quoted-printable is read`(encoded: String, text: String) {
    #expect(QuotedPrintable.decode(Array(encoded.utf8)) == Array(text.utf8))
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base64 is`(text: String, encoded: String) {
    var bytes: [UInt8] = []
    Base64.append(Array(text.utf8), to: &bytes)
    #expect(bytes == Array(encoded.utf8))
    #expect(Base64.decode(encoded.utf8) == Array(text.utf8))
  }

  @Test(arguments: ["Zg=", "Z", "Zm9v=", "Zg==Zg==", "Z!==", "====", "Zg==="])
  func `base64 is refused`(encoded: String) {
    #expect(Base64.decode(encoded.utf8) == nil)
  }

  @Test func `what was encoded is read back, in lines of the right length`() {
    var random = SeededRandom(seed: 2_045)
    let kinds: [[UInt8]] = [
      Array("abcdef ghijk =\t.\r\n".utf8), Array(0...255), Array("ü日 \n".utf8),
      Array(" \t\r\n=".utf8), Array("x".utf8), [0xFF], [0x20], Array(0x20...0x7E) + [0x0A],
      Array((String(repeating: "x", count: 150) + " \t\r\n").utf8),
    ]
    for round in 0..<2_000 {
      let kind = kinds[round % kinds.count]
      var text: [UInt8] = []
      for _ in 0..<random.below(400) { text.append(kind[random.below(kind.count)]) }
      let normalised = withCRLF(text)
      for encoding in [TransferEncoding.quotedPrintable, .base64, .best(for: text)] {
        var bytes: [UInt8] = []
        encoding.append(text: text, to: &bytes)
        let limit = encoding == .sevenBit ? 998 : 76
        let lines = lines(of: bytes)
        let isTidy = lines.allSatisfy { $0.count <= limit } && withCRLF(bytes) == bytes
        #expect(isTidy && bytes.allSatisfy { $0 < 0x80 }, "\(text)")
        switch encoding {
        case .sevenBit: #expect(bytes == normalised)
        case .quotedPrintable:
          #expect(QuotedPrintable.decode(bytes) == normalised)
          #expect(lines.allSatisfy { $0.last != 0x20 && $0.last != 0x09 })
        case .base64: #expect(Base64.decode(bytes) == normalised)
        }
      }
      var binary: [UInt8] = []
      Base64.appendLines(text, to: &binary)
      #expect(binary.count == Base64.linesCount(text.count))
      #expect(Base64.decode(binary) == text)
    }
  }

  /// Another way to write the rule than the encoders'.
  private func withCRLF(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var last: UInt8 = 0
    for octet in text {
      switch octet {
      case 0x0D: result += [0x0D, 0x0A]
      case 0x0A: if last != 0x0D { result += [0x0D, 0x0A] }
      default: result.append(octet)
      }
      last = octet
    }
    return result
  }
}

/// The lines of a text without their CRLF.
func lines(of bytes: some Sequence<UInt8>) -> [ArraySlice<UInt8>] {
  Array(bytes).split(separator: 0x0A, omittingEmptySubsequences: false).map {
    $0.last == 0x0D ? $0.dropLast() : $0
  }
}
