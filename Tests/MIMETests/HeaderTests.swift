import MIME
import Octets
import Testing

struct HeaderTests {
  @Test(
    arguments: [
      ("a\rb", 2, "\r"), ("\n", 1, "\n"), ("ü\0", 2, "\0"), ("a\u{B}", 2, "\u{B}"),
      ("a\u{C}", 2, "\u{C}"), ("tab\there", 4, "\t"), ("a\u{7F}", 2, "\u{7F}"),
      ("a\u{85}", 2, "\u{85}"), ("a\u{2028}", 2, "\u{2028}"), ("日\u{2029}", 2, "\u{2029}"),
      ("Hi\r\nBcc: eve@x.org", 3, "\r"),
    ] as [(String, Int, Unicode.Scalar)])
  func `a control character is refused by name and place`(
    text: String, position: Int, scalar: Unicode.Scalar
  ) {
    let error = HeaderError.controlCharacter(scalar, position: position)
    #expect(throws: error) { try HeaderText(text) }
    #expect(throws: error) { try HeaderText(Array(text.utf8)) }
    #expect(error.description.contains("position \(position)"))
    let clean = HeaderText(sanitising: text)
    #expect(throws: Never.self) { try HeaderText(clean.bytes) }
  }

  @Test func `octets that are not UTF-8 are refused by place`() {
    #expect(throws: HeaderError.notText(position: 3)) { try HeaderText([0x61, 0x62, 0xFF, 0x61]) }
    #expect(HeaderText(sanitising: [0x61, 0xFF, 0x0D, 0x62]).description == "a\u{FFFD} b")
  }

  @Test(arguments: [
    ("a\r\nb\rc\nd\te", "a b c d e"), ("\0", " "), ("plain", "plain"), ("ü\u{2028}", "ü "),
  ])
  func `control characters become spaces`(text: String, clean: String) {
    #expect(HeaderText(sanitising: text).description == clean)
    #expect(HeaderText(sanitising: Array(text.utf8)).description == clean)
  }

  @Test(arguments: [
    ("Hello world", "X-A: Hello world\r\n"), ("", "X-A: \r\n"),
    ("two  spaces", "X-A: two  spaces\r\n"),
    (" leading", "X-A: =?UTF-8?Q?_leading?=\r\n"), ("trailing ", "X-A: =?UTF-8?Q?trailing_?=\r\n"),
    ("=?utf-8?q?a?=", "X-A: =?UTF-8?B?PT91dGYtOD9xP2E/PQ==?=\r\n"),
    ("Grüße", "X-A: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"),
    ("Grüße von uns allen hier", "X-A: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_von_uns_allen_hier?=\r\n"),
    ("日本", "X-A: =?UTF-8?B?5pel5pys?=\r\n"),
    (
      "A sentence that is long enough to be folded somewhere before its last few words come",
      "X-A: A sentence that is long enough to be folded somewhere before its last few\r\n"
        + " words come\r\n"
    ),
  ])
  func `free text is written`(text: String, field: String) throws {
    let bytes = HeaderField(try HeaderName("X-A"), text: try HeaderText(text)).bytes
    #expect(String(decoding: bytes, as: UTF8.self) == field)
  }

  @Test func `lines and encoded words keep their lengths`() throws {
    var random = SeededRandom(seed: 2_047)
    for _ in 0..<1_000 {
      let text = random.headerText(longest: 300)
      let name = try HeaderName("X-" + String(repeating: "n", count: random.below(30)))
      let field = HeaderField(name, text: try HeaderText(text)).bytes
      for line in lines(of: field.dropLast(2)) {
        #expect(line.count <= 78)
        #expect(line.contains { $0 != 0x20 })
        #expect(!line.starts(with: [0x20, 0x20]) || !line.contains(0x3F) || line.count <= 78)
        for word in line.split(separator: 0x20) where word.starts(with: Array("=?".utf8)) {
          #expect(word.count <= 75)
          #expect(line.count <= 76)
        }
      }
    }
  }

  @Test func `a structured value folds only at its spaces`() throws {
    let link = "<https://x.org/" + String(repeating: "u", count: 100) + ">"
    let value = try HeaderText("\(link), <mailto:leave@x.org>")
    let field = try HeaderField(.listUnsubscribe, structured: value)
    #expect(
      String(decoding: field.bytes, as: UTF8.self)
        == "List-Unsubscribe: \(link),\r\n <mailto:leave@x.org>\r\n")
    let long = try HeaderText(String(repeating: "u", count: 981))
    #expect(throws: HeaderError.tooLong("List-Unsubscribe")) {
      try HeaderField(.listUnsubscribe, structured: long)
    }
    #expect(throws: HeaderError.notText(position: 2)) {
      try HeaderField(.listID, structured: try HeaderText("xü"))
    }
  }

  @Test(arguments: [
    "From", "subject", "CONTENT-TYPE", "Content-Foo", "Bcc", "MIME-version", "dkim-signature",
  ])
  func `a name the program writes is reserved`(name: String) {
    #expect(throws: HeaderError.reservedName(name)) { try HeaderName(name) }
  }

  @Test(arguments: ["", "a b", "a:b", "a\r\nb", "ü", String(repeating: "x", count: 77)])
  func `a name that cannot be one is refused`(name: String) {
    #expect(throws: HeaderError.invalidName(name)) { try HeaderName(name) }
  }

  @Test(
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (1_763_631_000, "Thu, 20 Nov 2025 09:30:00 +0000"),
      (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
    ] as [(Int64, String)])
  func `a date is written with a numeric zone`(seconds: Int64, text: String) {
    var bytes: [UInt8] = []
    Timestamp(seconds: seconds).appendMailDate(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test(arguments: [Int64.min + 999_999, Int64.max])
  func `no date traps`(microseconds: Int64) {
    var bytes: [UInt8] = []
    Timestamp(microseconds: microseconds).appendMailDate(to: &bytes)
    #expect(bytes.count > 30)
  }

  @Test func `a message's name depends on its octets alone`() throws {
    let ada = try EmailAddress("ada@Bücher.example")
    let name = MessageID(unique: [0x01, 0xAB, 0xFF], sender: ada)
    #expect(name.description == "<01abff@xn--bcher-kva.example>")
    #expect(name == MessageID(unique: [0x01, 0xAB, 0xFF], sender: ada))
    #expect(name != MessageID(unique: [0x01, 0xAB, 0xFE], sender: ada))
    #expect(MessageID(name.bytes) == name)
  }

  @Test(arguments: [
    "", "<>", "<a@b", "<@b>", "<a@>", "<a@b@c>", "<a b@c>", "<a@b>\r\nX: y", "<a\r\n@b>",
  ])
  func `a message's name is refused`(text: String) {
    #expect(MessageID(Array(text.utf8)) == nil)
  }
}
