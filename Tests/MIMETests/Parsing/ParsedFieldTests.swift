import MIME
import Octets
import Testing

/// Parses a text whose line endings are LF.
private func parsed(_ text: String) -> ParsedMessage { ParsedMessage(parsing: Array(text.utf8)) }

struct ParsedFieldTests {
  @Test(arguments: [
    ("plain", "plain"),
    ("=?utf-8?q?caf=C3=A9?=", "café"),
    ("=?UTF-8?B?Y2Fmw6k=?= au lait", "café au lait"),
    ("=?iso-8859-1?Q?a?= =?iso-8859-1?Q?b?=", "ab"),
    ("=?iso-8859-1?Q?a?=\n =?utf-8?Q?_b?=", "a b"),
    ("=?iso-8859-1?Q?a?= b =?iso-8859-1?Q?c?=", "a b c"),
    ("=?utf-8?q?=C3?= =?utf-8?b?qQ==?=", "é"),
    ("=?utf-8*en?q?a?==?utf-8?q?b?=", "ab"),
    ("=?iso-8859-15?q?=A4?=", "€"),
    ("=?windows-1252?q?=93hi=94?=", "“hi”"),
    ("=?utf-8?q?with space?=", "with space"),
    ("=?utf-8?q?bad=ZZ=4?=", "bad=ZZ=4"),
    ("=?utf-8?b?Y2Fmw6k?=", "café"),
    ("=?utf-8?x?a?= =?utf-8?q?open", "=?utf-8?x?a?= =?utf-8?q?open"),
    ("=?utf-8?q?a=0D=0ABcc:_b?=", "a Bcc: b"),
    ("a\n\tfold", "a fold"),
  ])
  func `a subject is decoded`(written: String, text: String) {
    let message = parsed("Subject: \(written)\n\nbody")
    #expect(message.subject?.text == text)
    #expect(message.subject?.unknownCharset == nil)
  }

  @Test func `an unknown charset is recorded, and its text replaced`() {
    let word = parsed("Subject: a =?koi8-r?q?=C1b?=\n\n").subject
    #expect(word?.text == "a \u{FFFD}b")
    #expect(word?.unknownCharset == "koi8-r")
    let body = ParsedMessage(
      parsing: Array("Content-Type: text/plain; charset=koi8-r\n\n".utf8) + [0x61, 0xC1])
    #expect(body.plainText?.text?.text == "a\u{FFFD}")
    #expect(body.defects == [.unknownCharset("koi8-r")])
  }

  @Test func `octets without a charset are UTF-8, or else Windows-1252`() {
    let utf8 = ParsedMessage(parsing: Array("Subject: café\n\n".utf8))
    #expect(utf8.subject == parsed("Subject: =?utf-8?q?caf=C3=A9?=\n\n").subject)
    let other = ParsedMessage(parsing: Array("Subject: caf".utf8) + [0xE9, 0x0A, 0x0A])
    #expect(other.subject?.text == "café")
    #expect(other.subject?.isDamaged == true)
  }

  @Test(arguments: ["\n", "\r\n"])
  func `fields keep their order and what they were`(ending: String) {
    let text = "A: 1\(ending)b : two\(ending)\tfolded\(ending)a: 3\(ending)\(ending)body\(ending)"
    let message = parsed(text)
    #expect(message.fields.map(\.name) == ["A", "b", "a"])
    #expect(message.fields.map(\.text) == ["1", "two folded", "3"])
    #expect(message.fields[1].raw.elementsEqual("b : two\(ending)\tfolded".utf8))
    #expect(message.parts[0].body.elementsEqual("body\(ending)".utf8))
    #expect(message.defects == [])
  }

  @Test(arguments: [
    ("ada@x.org", ["|ada@x.org"]),
    (
      "Ada Lovelace <ada@x.org>, grace@y.org (Grace)",
      ["Ada Lovelace|ada@x.org", "Grace|grace@y.org"]
    ),
    ("\"Lovelace, \\\"Ada\\\"\" <ada@x.org>", ["Lovelace, \"Ada\"|ada@x.org"]),
    ("\"ada lovelace\"@x.org", ["|\"ada lovelace\"@x.org"]),
    ("=?utf-8?q?Ad=C3=A4?= =?utf-8?q?_L?= <ada@x.org>", ["Adä L|ada@x.org"]),
    ("\"=?utf-8?q?Ad=C3=A4?=\" <ada@x.org>", ["Adä|ada@x.org"]),
    ("Ada(one (two) \\) three)<@a.org,@b.org:ada @ x.org>", ["Ada|ada@x.org"]),
    ("Ada L ada@x.org", ["Ada L|ada@x.org"]),
    ("ada . l @ x . org", ["|ada.l@x.org"]),
    ("<ada@x.org, grace@y.org", ["|ada@x.org", "|grace@y.org"]),
    ("MAILER-DAEMON", ["|MAILER-DAEMON"]),
    ("<>", ["|"]),
    (",, ada@[IPv6:::1],;", ["|ada@[IPv6:::1]"]),
    ("\"open <ada@x.org>", ["|\"open <ada@x.org>"]),
    ("Ada) <ada@x.org>", ["Ada)|ada@x.org"]),
    (")", ["|)"]),
    ("", []),
  ])
  func `addresses are read`(written: String, found: [String]) {
    let mailboxes = parsed("To: \(written)\n\n").to.flatMap(\.mailboxes)
    #expect(mailboxes.map { "\($0.name)|\($0.address)" } == found)
  }

  @Test func `groups hold their mailboxes`() {
    let message = parsed("Cc: Team: a@x.org, B <b@x.org>; c@x.org, none:;\n\n")
    #expect(message.cc.count == 3)
    #expect(message.cc.map(\.mailboxes.count) == [2, 1, 0])
    guard case .group(let name, _) = message.cc.first else {
      Issue.record("no group")
      return
    }
    #expect(name == "Team")
  }

  @Test(
    arguments: [
      ("Thu, 20 Nov 2025 09:30:00 +0000", 1_763_631_000),
      ("20 Nov 2025 10:30 +0100 (CET (winter))", 1_763_631_000),
      ("Thu Nov 20 09:30:00 2025", 1_763_631_000),
      ("Thu, 20-Nov-25 04:30:00 EST", 1_763_631_000),
      ("29 Feb 2024 00:00:00 GMT", 1_709_164_800),
      ("20 Nov 2025", 1_763_596_800),
      ("32 Nov 2025 09:30", nil), ("yesterday", nil), ("", nil),
      ("99999999999999999999 Nov 99999999999 99:99:99 +9999", nil),
    ] as [(String, Int64?)])
  func `dates are read`(written: String, seconds: Int64?) {
    #expect(parsed("Date: \(written)\n\n").date?.seconds == seconds)
  }

  @Test(
    arguments: [
      ("filename=a.txt", "a.txt"),
      ("filename=\"a \\\"b\\\"; c.txt\"", "a \"b\"; c.txt"),
      ("filename*=utf-8''caf%C3%A9.txt", "café.txt"),
      ("filename=old; filename*=iso-8859-1'fr'caf%E9", "café"),
      ("filename*1*=%A9.txt; filename*0*=utf-8'en'caf%C3", "café.txt"),
      ("filename*0=\"one \"; filename*1=two; filename*3=four", "one two"),
      ("filename=\"=?utf-8?q?caf=C3=A9?=\"", "café"),
      ("filename=with space.txt (comment)", "with space.txt"),
      ("filename*=koi8-r''%C1", "\u{FFFD}"),
      ("filename*99999999999999999999=a; filename*-1=b; ;;=;", nil),
    ] as [(String, String?)])
  func `parameters are put together`(written: String, name: String?) {
    let message = parsed("Content-Disposition: attachment; \(written)\n\n")
    #expect(message.parts[0].givenFileName == name)
  }

  @Test(arguments: [
    ("../../etc/passwd", "passwd"), ("C:\\dir\\a.exe", "a.exe"), (".bashrc", "bashrc"),
    ("..", "attachment"), ("a\u{202E}fdp.exe", "afdp.exe"), ("a<b>.txt", "a_b_.txt"),
    ("a/", "a"),
    (String(repeating: "é", count: 300) + ".pdf", String(repeating: "é", count: 98) + ".pdf"),
  ])
  func `a file's name is safe`(given: String, safe: String) {
    let escaped = given.replacing("\\", with: "\\\\")
    let message = parsed("Content-Disposition: attachment; filename=\"\(escaped)\"\n\n")
    #expect(message.attachments.first?.fileName == safe)
  }
}
