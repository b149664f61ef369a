import Foundation
import MIME
import Octets
import TestSupport
import Testing

struct EmailAddressTests {
  @Test(arguments: [
    ("ada@x.org", "ada@x.org"),
    ("Ada.Lovelace+news@Example.ORG", "Ada.Lovelace+news@example.org"),
    ("!#$%&'*+-/=?^_`{|}~@x.org", "!#$%&'*+-/=?^_`{|}~@x.org"),
    ("\"ada\"@x.org", "ada@x.org"),
    ("\"ada lovelace\"@x.org", "\"ada lovelace\"@x.org"),
    ("\"a\\\"b\\\\c\\d\"@x.org", "\"a\\\"b\\\\cd\"@x.org"),
    ("\"a@b\"@x.org", "\"a@b\"@x.org"),
    ("\"a..b\"@x.org", "\"a..b\"@x.org"),
    ("\"\"@x.org", "\"\"@x.org"),
    ("ada@123.com", "ada@123.com"),
    ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
    ("ada@faß.de", "ada@xn--fa-hia.de"),
    ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
    ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
    ("jörg@x.org", "jörg@x.org"),
    ("用户@例え.テスト", "用户@xn--r8jz45g.xn--zckzah"),
    ("\"jörg müller\"@x.org", "\"jörg müller\"@x.org"),
  ])
  func `is written canonically`(text: String, wire: String) throws {
    let address = try EmailAddress(text)
    #expect(address.description == wire)
    #expect(address.wire == Array(wire.utf8))
    #expect(try EmailAddress(Array(text.utf8)) == address)
    #expect(try EmailAddress(wire) == address)
    #expect(try EmailAddress(AnyCollection(Array(text.utf8))) == address)
    let local = address.local
    #expect(address.needsSMTPUTF8 == local.contains { $0 >= 0x80 })
    #expect(address.domain.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: [
    ("\"a\\\"b\\\\c\\d\"@x.org", "a\"b\\cd"), ("\"a@b\"@x.org", "a@b"), ("\"\"@x.org", ""),
    ("ada@x.org", "ada"), ("Jörg@x.org", "Jörg"),
  ])
  func `knows the local part without its quotation marks`(text: String, local: String) throws {
    let address = try EmailAddress(text)
    #expect(address.local == Array(local.utf8))
    #expect(address.domain == Array("x.org".utf8))
  }

  @Test(
    arguments: [
      ("", .empty), ("ada", .noAt), ("Ada Lovelace", .noAt), ("\0", .noAt),
      ("@x.org", .noLocalPart), ("ada@", .noDomain), ("@", .noLocalPart),
      ("ada@lovelace@x.org", .moreThanOneAt),
      (".ada@x.org", .misplacedDot), ("ada.@x.org", .misplacedDot), ("a..b@x.org", .misplacedDot),
      ("ada@.x.org", .emptyLabel), ("ada@x.org.", .emptyLabel), ("ada@x..org", .emptyLabel),
      ("ada@-x.org", .hyphenAtLabelEdge), ("ada@x-.org", .hyphenAtLabelEdge),
      ("ada@x.org-", .hyphenAtLabelEdge),
      ("ada@[1.2.3.4]", .addressLiteral), ("ada@[IPv6:::1]", .addressLiteral),
      ("ada@1.2.3.4", .numericTopLevelDomain), ("ada@x.123", .numericTopLevelDomain),
      ("ada@localhost", .singleLabelDomain),
      (" ada@x.org", .space), ("ada@x.org ", .space), ("ada @x.org", .space),
      ("ada@x .org", .space),
      ("ada\u{A0}@x.org", .space), ("ada@x.org\u{3000}", .space),
      ("ada\r\n@x.org", .controlCharacter), ("ada@x.org\n", .controlCharacter),
      ("ada@x.org\r\nBcc: eve@x.org", .controlCharacter), ("a\0da@x.org", .controlCharacter),
      ("ada@x\0.org", .controlCharacter), ("ada\u{85}@x.org", .controlCharacter),
      ("ada\u{2028}@x.org", .controlCharacter), ("\"a\nb\"@x.org", .controlCharacter),
      ("\"a\\\nb\"@x.org", .controlCharacter), ("\"\u{7F}\"@x.org", .controlCharacter),
      ("ada(comment)@x.org", .comment), ("ada@x.org(comment)", .comment),
      ("<ada@x.org>", .angleBracket), ("ada@x.org>", .angleBracket),
      ("Ada <ada@x.org>", .space), ("ada@x.org,eve@x.org", .severalAddresses),
      ("ada@x.org;eve@x.org", .severalAddresses), ("@x.org:ada@y.org", .noLocalPart),
      ("\"ada@x.org", .unclosedQuote), ("\"ada\\\"@x.org", .unclosedQuote),
      ("\"ada\"lovelace@x.org", .textAfterQuote), ("\"a\".b@x.org", .textAfterQuote),
      ("a\"b@x.org", .character("\"")), ("a\\b@x.org", .character("\\")),
      ("ada@x_y.org", .character("_")), ("ada@x/y.org", .character("/")),
      ("a\u{200B}da@x.org", .character("\u{200B}")), ("ada@x\u{202E}.org", .character("\u{202E}")),
      ("\u{FEFF}ada@x.org", .character("\u{FEFF}")), ("\"\\é@\"@x.org", .character("é")),
      ("ada@☃.example", .notAnInternationalDomain),
      ("ada@a\u{300}b\u{640}.example", .notAnInternationalDomain),
      ("ada@\u{2100}.example", .character("/")), ("ada@ü-.example", .notAnInternationalDomain),
    ] as [(String, EmailAddress.ParseError)])
  func `is refused`(text: String, reason: EmailAddress.ParseError) {
    #expect(throws: reason) { try EmailAddress(text) }
    #expect(throws: reason) { try EmailAddress(Array(text.utf8)) }
    #expect(!reason.description.isEmpty)
  }

  @Test func `octets that are not UTF-8 are refused`() {
    #expect(throws: EmailAddress.ParseError.notUTF8) { try EmailAddress([0xFF, 0x40, 0x61]) }
    #expect(throws: EmailAddress.ParseError.notUTF8) {
      try EmailAddress(Array("ada@x".utf8) + [0xC3] + Array(".org".utf8))
    }
    #expect(throws: EmailAddress.ParseError.notUTF8) {
      try EmailAddress([0xED, 0xA0, 0x80] + Array("@x.org".utf8))
    }
  }

  @Test func `holds every length at its limit`() throws {
    let x = { (count: Int) in String(repeating: "x", count: count) }
    let domain = "\(x(63)).\(x(63)).\(x(57)).org"
    #expect(try EmailAddress("\(x(64))@\(domain)").wire.count == 254)
    #expect(try EmailAddress("\"\(x(61)) \"@x.org").local.count == 62)
    let cases: [(String, EmailAddress.ParseError)] = [
      ("\(x(65))@x.org", .localPartTooLong),
      ("\"\(x(62)) \"@x.org", .localPartTooLong),
      ("\(String(repeating: "ü", count: 33))@x.org", .localPartTooLong),
      ("\(x(64))@x\(domain)", .labelTooLong),
      ("\(x(64))@\(x(63)).\(x(63)).\(x(58)).org", .tooLong),
      ("a@\(x(64)).org", .labelTooLong),
      ("a@\(x(63)).\(x(63)).\(x(63)).\(x(63)).org", .domainTooLong),
      ("\(x(5_000))@x.org", .tooLong),
    ]
    for (text, reason) in cases {
      #expect(throws: reason) { try EmailAddress(text) }
    }
  }

  @Test func `people's spellings of one address have one key`() throws {
    let spellings = ["Ada@x.org", "ada@X.ORG", "\"ADA\"@x.org"]
    let keys = try Set(spellings.map { try EmailAddress($0).key })
    #expect(keys == [Array("ada@x.org".utf8)])
    #expect(try EmailAddress("Ada@x.org") != EmailAddress("ada@x.org"))
    #expect(try EmailAddress("ada@x.org").key != EmailAddress("ada@y.org").key)
  }

  @Test func `white space around it is the caller's choice`() throws {
    let ada = try EmailAddress("ada@x.org")
    #expect(try EmailAddress(trimming: " \tada@x.org\r\n") == ada)
    #expect(try EmailAddress(trimming: Array("\nada@x.org ".utf8)) == ada)
    #expect(throws: EmailAddress.ParseError.empty) { try EmailAddress(trimming: " \r\n") }
  }

  @Test func `a domain without a dot needs leave`() throws {
    let address = try EmailAddress("ada@localhost", allowing: .localDomains)
    #expect(address.description == "ada@localhost")
    #expect(throws: EmailAddress.ParseError.addressLiteral) {
      try EmailAddress("ada@[127.0.0.1]", allowing: .localDomains)
    }
  }

  @Test(.enabled(if: Corpora.folder != nil, "the corpora are not here"))
  func `every address of the isemail corpus has its verdict`() throws {
    let file = try #require(Corpora.bytes("isemail/tests.xml"))
    let cases = IsEmailCase.all(in: String(decoding: file, as: UTF8.self))
    #expect(cases.count == 164)
    for test in cases {
      let isAccepted = (try? EmailAddress(test.address)) != nil
      #expect(isAccepted == test.isForSender, "\(test)")
    }
  }

  @Test func `no mutilated address traps, and none that is accepted can end a command`() {
    var random = SeededRandom(seed: 5_321)
    let seeds = [
      "ada.lovelace@mail.example.org", "\"a \\\" b\"@x.org", "jörg@bücher.example", "a@[1.2.3.4]",
      "用户@例え.テスト",
    ]
    let spice = Array("@.\"\\<> ()[]-\r\n\0ü\u{2028}。".utf8) + [0x80, 0xC3, 0xFF]
    var accepted = 0
    for _ in 0..<5_000 {
      var bytes = Array(seeds[random.below(seeds.count)].utf8)
      for _ in 0...random.below(3) where !bytes.isEmpty {
        let at = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[at] = spice[random.below(spice.count)]
        case 1: bytes.insert(spice[random.below(spice.count)], at: at)
        default: bytes.remove(at: at)
        }
      }
      guard let address = try? EmailAddress(bytes) else { continue }
      accepted += 1
      #expect(!address.wire.contains { $0 < 0x20 || $0 == 0x7F })
      #expect((try? EmailAddress(address.wire)) == address)
    }
    #expect(accepted > 300)
  }
}

/// One address of the isemail corpus.
private struct IsEmailCase {
  let address: String
  let category: String
  let diagnosis: String

  /// Whether one who sends mail to contacts accepts it.
  var isForSender: Bool {
    switch (category, diagnosis) {
    case ("VALID_CATEGORY", _), ("DNSWARN", _): !address.hasSuffix("@io")
    case ("RFC5321", "RFC5321_QUOTEDSTRING"): true
    // RFC5321_TLD, RFC5321_TLDNUMERIC, RFC5321_ADDRESSLITERAL; CFWS, DEPREC, RFC5322, ERR.
    default: false
    }
  }

  static func all(in file: String) -> [IsEmailCase] {
    file.components(separatedBy: "<test id").dropFirst().map { test in
      IsEmailCase(
        address: content("address", of: test), category: content("category", of: test),
        diagnosis: content("diagnosis", of: test))
    }
  }

  private static func content(_ element: String, of test: String) -> String {
    guard let start = test.range(of: "<\(element)>"), let end = test.range(of: "</\(element)>")
    else { return "" }
    var text = String(test[start.upperBound..<end.lowerBound])
    for control in UInt32(0)...0x20 {
      guard let picture = Unicode.Scalar(0x2400 + control), let scalar = Unicode.Scalar(control)
      else { continue }
      let reference = "&#x" + String(0x2400 + control, radix: 16, uppercase: true) + ";"
      text = text.replacingOccurrences(of: reference, with: String(scalar))
      text = text.replacingOccurrences(of: String(picture), with: String(scalar))
    }
    for (entity, meaning) in [
      ("&#x7F;", "\u{7F}"), ("&#x7f;", "\u{7F}"), ("&#127;", "\u{7F}"), ("&#xA9;", "©"),
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacingOccurrences(of: entity, with: meaning)
    }
    return text.replacingOccurrences(of: "ISEMAIL_", with: "")
  }
}
