import Compose
import Crypto
import Model
import Testing

/// Campaigns whose author has not ticked “personalise”.
struct VerbatimTests {
  private func letter(
    subject: String = "Hello", html: String? = nil, text: String? = nil,
    isTransactional: Bool = false
  ) -> Letter {
    var letter = Letter(
      subject: subject, html: html, text: text, isTransactional: isTransactional)
    letter.content.isPersonalised = false
    return letter
  }

  @Test(arguments: [
    "{{ first_name }}", "{first_name}", "{{ unsubscribe_url }}", "{% if x %}", "{% endraw %}",
    "{{ not closed", "100 % {{{ }}}", "{{ unsubscribe_url }",
  ])
  func `placeholders go out as they stand`(source: String) throws {
    let message = try letter(subject: "S \(source)", text: "T \(source).").message()
    #expect(message.values("Subject") == ["S \(source)"])
    #expect(message.body.contains("T \(source).\n"))
    let page = try letter(html: "<p>H \(source).</p>").message()
    #expect(page.body.contains("<p>H \(source).</p>"))
  }

  @Test func `the footer with its link stays, even beside a link that is not filled in`() throws {
    let message = try letter(html: "<body>{{ unsubscribe_url }}</body>").message()
    #expect(message.body.ranges(of: "because your address is on our list").count == 2)
    #expect(message.body.contains("<body>{{ unsubscribe_url }}<p style"))
    #expect(message.body.contains("</a></p>\n</body>"))
    #expect(message.body.contains("href=\"mailto:ada@example.org"))
    #expect(message.values("List-Unsubscribe").count == 1)
  }

  @Test func `transactional mail is its body and nothing else`() throws {
    let message = try letter(text: "Just {{ this }}.\n", isTransactional: true).message()
    #expect(message.body.contains("Just {{ this }}."))
    #expect(!message.body.contains("list"))
    #expect(message.values("List-Unsubscribe").isEmpty)
  }

  @Test func `a secret that was sealed for one column opens in no other`() throws {
    let keys = KeyRing(current: .random())
    let (house, row) = (Identifier.new(), Identifier.new())
    let sealed = keys.seal([1, 2, 3], as: .senderPassword, workspace: house, row: row)
    #expect(try keys.open(sealed, as: .senderPassword, workspace: house, row: row) == [1, 2, 3])
    #expect(throws: CryptoError.self) {
      try keys.open(sealed, as: .linkKey, workspace: house, row: row)
    }
    #expect(throws: CryptoError.self) {
      try keys.open(sealed, as: .senderPassword, workspace: house, row: house)
    }
  }
}
