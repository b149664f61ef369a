import MIME
import Testing

struct MailboxTests {
  @Test(arguments: [
    ("ada@x.org", nil), ("<ada@x.org>", nil), ("Ada Lovelace <ada@x.org>", "Ada Lovelace"),
    ("\"Lovelace, Ada\" <ada@x.org>", "Lovelace, Ada"), (" Ada<ada@x.org> ", "Ada"),
    ("\"A \\\"B\\\" \\\\C\" < ada@x.org >", "A \"B\" \\C"), ("Jörg <ada@x.org>", "Jörg"),
    ("\"Ada\" Lovelace <ada@x.org>", "\"Ada\" Lovelace"), ("a <b> <ada@x.org>", "a <b>"),
    ("\"\" <ada@x.org>", nil),
  ])
  func `is read`(text: String, name: String?) throws {
    let mailbox = try Mailbox(parsing: text)
    #expect(mailbox.name?.description == name)
    #expect(mailbox.address.description == "ada@x.org")
  }

  @Test(
    arguments: [
      ("", .address(.empty)), ("Ada", .address(.noAt)), ("Ada <>", .address(.empty)),
      ("Ada <ada>", .address(.noAt)), ("Ada <ada@x.org", .unclosedAngleBracket),
      ("Ada <ada@x.org> x", .textAfterAddress), ("ada@x.org>", .address(.angleBracket)),
      ("\"Ada <ada@x.org>", .unclosedQuote), ("ada@x.org, eve@x.org", .address(.severalAddresses)),
      ("A\r\nBcc: e@x.org <ada@x.org>", .name(.controlCharacter("\r", position: 2))),
      ("A <ada\n@x.org>", .address(.controlCharacter)),
    ] as [(String, Mailbox.ParseError)])
  func `is refused`(text: String, reason: Mailbox.ParseError) {
    #expect(throws: reason) { try Mailbox(parsing: text) }
    #expect(!reason.description.isEmpty)
  }

  @Test(arguments: [
    (nil, "ada@x.org"), ("", "ada@x.org"), ("Ada Lovelace", "Ada Lovelace <ada@x.org>"),
    ("Lovelace, Ada", "\"Lovelace, Ada\" <ada@x.org>"),
    ("A \"B\" \\", "\"A \\\"B\\\" \\\\\" <ada@x.org>"),
    ("Ada  L", "\"Ada  L\" <ada@x.org>"), (" Ada ", "\" Ada \" <ada@x.org>"),
    ("Jörg", "=?UTF-8?B?SsO2cmc=?= <ada@x.org>"),
    ("Jörg Maximilian Ludwig", "=?UTF-8?Q?J=C3=B6rg_Maximilian_Ludwig?= <ada@x.org>"),
    ("Jörg (a.b)", "=?UTF-8?B?SsO2cmcgKGEuYik=?= <ada@x.org>"),
    ("=?utf-8?q?a?=", "=?UTF-8?B?PT91dGYtOD9xP2E/PQ==?= <ada@x.org>"),
    (
      "A name that is so long that the address will not find any room behind it",
      "A name that is so long that the address will not find any room behind it\r\n <ada@x.org>"
    ),
  ])
  func `is written`(name: String?, header: String) throws {
    let address = try EmailAddress("ada@x.org")
    let mailbox = Mailbox(name: try name.map { try HeaderText($0) }, address: address)
    var bytes: [UInt8] = []
    var column = 6
    mailbox.append(column: &column, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == header)
  }
}
