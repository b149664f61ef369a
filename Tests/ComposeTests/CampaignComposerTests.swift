import Compose
import MIME
import Model
import Octets
import Testing

struct CampaignComposerTests {
  @Test(arguments: [
    ("{{ first_name }}", "Bob"), ("{{ contact.first_name }}", "Bob"),
    ("{{ contact.city }}", "Bath"), ("{first_name}", "Bob"), ("{email}", "bob@example.com"),
    ("{{ email }}", "bob@example.com"), ("{{ contact.email }}", "bob@example.com"),
    ("{{ contact['first_name'] }}", "Bob"),
    ("{% assign key = 'city' %}{{ contact[key] }}", "Bath"),
    ("{{ campaign.name }}", "Spring"), ("{{ sender.email }}", "ada@example.org"),
    ("{{ sender.name }}", "Ada"), ("{{ unsubscribe_url }}", "mailto:ada@example.org"),
    ("[{{ last_name }}]", "[]"), ("[{last_name}]", "[]"), ("[{{ contact.phone }}]", "[]"),
    ("[{{ contact.city.name }}]", "[]"), ("[{{ sender.phone }}]", "[]"),
    ("{{ phone | default: 'none' }}", "none"),
    ("p { color: red } {city:1} {Email}", "p { color: red } {city:1} {Email}"),
  ])
  func `a template is filled with the row's values`(source: String, wanted: String) throws {
    let message = try Letter(text: "It is: \(source).").message()
    #expect(message.body.contains("It is: \(wanted)"))
  }

  @Test func `a column named email wins over the address`() throws {
    var letter = Letter(text: "Written {{ email }}, {{ contact.email }}.")
    letter.fieldNames = ["email"]
    let message = try letter.message(for: [" Bob@Example.COM "])
    #expect(message.body.contains("Written  Bob@Example.COM ,  Bob@Example.COM ."))
    #expect(message.values("To") == ["bob@example.com"])
  }

  @Test func `a row that is too short or too long is taken as it is`() throws {
    let letter = Letter(text: "[{{ first_name }}][{{ city }}]")
    #expect(try letter.message(for: []).body.contains("[][]"))
    #expect(try letter.message(for: ["Bob"]).body.contains("[Bob][]"))
    #expect(try letter.message(for: ["Bob", "Bath", "x"]).body.contains("[Bob][Bath]"))
  }

  @Test func `style sheets keep their braces`() throws {
    let css = "<style>p{color:red} @media x{a{b:c}}</style>"
    #expect(try Letter(html: css + "<p>{city}</p>").message().body.contains(css + "<p>Bath</p>"))
  }

  @Test func `values are escaped in HTML and nowhere else`() throws {
    let letter = Letter(
      subject: "For {{ first_name }}", html: "<p>Dear {{ first_name }}</p>",
      text: "Dear {{ first_name }}")
    let message = try letter.message(for: ["<b>&\"O'Hara\"", ""])
    #expect(message.body.contains("<p>Dear &lt;b&gt;&amp;"))
    #expect(!message.body.contains("<p>Dear <b>"))
    #expect(message.body.contains("\nDear <b>&\"O'Hara\"\n"))
    #expect(message.values("Subject") == ["For <b>&\"O'Hara\""])
  }

  @Test func `text made from HTML is rendered without escapes`() throws {
    let message = try Letter(html: "<p>Dear {{ first_name }} &amp; co</p>").message(
      for: ["A&B", ""])
    #expect(message.body.contains("\nDear A&B & co\n"))
    #expect(message.body.contains("<p>Dear A&amp;B &amp; co</p>"))
  }

  @Test(arguments: [
    "Bob\r\nBcc: eve@example.net", "Bob\nBcc: eve@example.net", "Bob\rBcc: eve@example.net",
    "Bob\r\n\r\nBcc: eve@example.net", "Bob\u{0B}\u{85}\u{2028}Bcc: eve@example.net",
    "Bob\r\n Bcc: eve@example.net", "é\r\nBcc: eve@example.net", "\0\r\nBcc: eve@example.net",
  ])
  func `a line break in a name adds no header`(name: String) throws {
    let letter = Letter(subject: "Hi {{ first_name }}!", text: "Hi")
    let message = try letter.message(for: [name, ""])
    #expect(message.values("Bcc") == [])
    #expect(message.values("Subject").count == 1)
    #expect(message.values("MIME-Version") == ["1.0"])
    #expect(!message.header.utf8.contains(0))
    let names = message.header.split(separator: "\r\n")
      .filter { $0.first != " " && $0.first != "\t" }.map { $0.prefix { $0 != ":" } }
    #expect(
      Set(names) == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id",
        "List-Unsubscribe", "Content-Type", "Content-Transfer-Encoding",
      ])
    #expect(names.count == 10)
  }

  @Test func `the subject is a template of its own`() throws {
    let letter = Letter(
      subject: "{% if city == 'Bath' %}Near{% else %}Far{% endif %}: {{ first_name }}", text: "Hi")
    #expect(try letter.message().values("Subject") == ["Near: Bob"])
    #expect(try letter.message(for: ["Eve", "Rome"]).values("Subject") == ["Far: Eve"])
    #expect(
      try Letter(subject: "{{ nothing }}", text: "Hi").message().header.contains("Subject: \r\n"))
  }

  @Test(arguments: [
    (Part.subject, "Hi {{ a", "the subject has an error at 1:4: "),
    (.html, "<p>\n  {% if a %}</p>", "the HTML body has an error at 2:3: "),
    (.text, "one\ntwo\nthree {% nope %}", "the text body has an error at 3:7: "),
  ])
  func `a broken template names its part and place`(
    part: Part, source: String, wanted: String
  ) throws {
    let letter = Letter(
      subject: part == .subject ? source : "Hi", html: part == .html ? source : nil,
      text: part == .html ? "fine" : part == .text ? source : "fine")
    let error = #expect(throws: ComposeError.self) { try letter.composer() }
    let sentence = error?.description ?? ""
    #expect(sentence.hasPrefix(wanted), "\(sentence)")
    #expect(sentence.count > wanted.count)
  }

  enum Part: Sendable { case subject, html, text }

  @Test(arguments: [
    ("From", "the message"), ("From", "a@"), ("From", "Ada <a@b.org"),
    ("From", "a@b.org, c@d.org"),
  ])
  func `a sender that is none is refused`(field: String, from: String) throws {
    var letter = Letter(text: "Hi")
    letter.content.from = from
    let error = #expect(throws: ComposeError.self) { try letter.composer() }
    #expect(error?.description.hasPrefix("\(field): ") == true)
  }

  @Test func `an answer goes where the content says`() throws {
    var letter = Letter(text: "Hi")
    letter.content.replyTo = "Desk <desk@example.org>"
    #expect(try letter.message().values("Reply-To") == ["Desk <desk@example.org>"])
    letter.content.replyTo = "desk"
    let error = #expect(throws: ComposeError.self) { try letter.composer() }
    #expect(error?.description.hasPrefix("Reply-To: ") == true)
  }

  @Test func `a subject of two lines and a message without a body are refused`() throws {
    let error = #expect(throws: ComposeError.self) {
      try Letter(subject: "a\r\nBcc: b@c.org", text: "Hi").composer()
    }
    #expect(error?.description.hasPrefix("Subject: ") == true)
    #expect(throws: ComposeError.self) { try Letter(subject: "a").composer() }
  }

  @Test(arguments: ["[", "", "[\"a\"", "{}", "[\"\\u00\"]", "[1]"])
  func `stored values that are damaged are refused`(json: String) throws {
    let composer = try Letter().composer()
    #expect(throws: ComposeError.self) {
      try composer.compose(
        ClaimedDelivery(
          number: 1, email: [UInt8]("a@b.org".utf8), fields: [UInt8](json.utf8), attempts: 0),
        date: .now())
    }
  }

  @Test(arguments: ["", "x", "a@b.org\r\nDATA", "a@b.org> SIZE=1", "<a@b.org>"])
  func `an address that is none never gets near the envelope`(email: String) throws {
    let letter = Letter()
    #expect(throws: ComposeError.self) { try letter.composed(at: email) }
  }

  @Test func `the envelope has the bare addresses`() throws {
    let composed = try Letter().composed(at: "Bob@Example.COM")
    #expect(String(decoding: composed.sender, as: UTF8.self) == "ada@example.org")
    #expect(String(decoding: composed.recipient, as: UTF8.self) == "Bob@example.com")
  }

  @Test func `a message keeps its name, and no two share one`() throws {
    let letter = Letter(text: "Hi {{ first_name }}")
    let first = try letter.message(number: 7)
    let again = try letter.message(for: ["Bobby", ""], number: 7)
    #expect(first.values("Message-ID").count == 1)
    #expect(first.values("Message-ID") == again.values("Message-ID"))
    #expect(
      try first.values("Message-ID") == [letter.composer().messageID(forDelivery: 7).description])
    var names: Set<MessageID> = []
    for campaign in [Letter.key(1), Letter.key(2)] {
      var letter = Letter()
      letter.campaign = campaign
      let composer = try letter.composer()
      for number in [1, 2, 255, 256, 1 << 16, 1 << 24, 1 << 32, (1 << 40) - 1] {
        names.insert(composer.messageID(forDelivery: number))
      }
    }
    #expect(names.count == 16)
  }

  @Test func `campaigns bear list headers`() throws {
    let letters = try Letter(text: "Hi").message()
    #expect(letters.values("List-Unsubscribe") == ["<mailto:ada@example.org?subject=unsubscribe>"])
    #expect(letters.values("List-Unsubscribe-Post") == [])
    let label = String(decoding: Letter.key(1).workspace.base32, as: UTF8.self)
    #expect(letters.values("List-Id") == ["<\(label).example.org>"])
    let clicks = try Letter(text: "Hi", baseURL: "https://m.example.org").message()
    #expect(clicks.values("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"])
    #expect(clicks.values("List-Unsubscribe").first?.hasPrefix("<https://m.example.org/u/") == true)
    let plain = try Letter(text: "Hi", baseURL: "http://m.example.org").message()
    #expect(plain.values("List-Unsubscribe-Post") == [])
    #expect(plain.values("List-Unsubscribe").first?.hasPrefix("<http://m.example.org/u/") == true)
  }

  @Test func `the list is the same for all campaigns of a workspace`() throws {
    var letter = Letter(text: "Hi")
    let first = try letter.message().values("List-Id")
    letter.campaign = Letter.key(2)
    #expect(try letter.message().values("List-Id") == first)
    letter.campaign = Letter.key(1, workspace: 2)
    #expect(try letter.message().values("List-Id") != first)
  }

  @Test func `transactional mail bears none`() throws {
    let message = try Letter(text: "Hi", isTransactional: true, baseURL: "https://m.example.org")
      .message()
    #expect(!message.header.contains("List-"))
  }

  @Test func `the size is that of the octets`() throws {
    var letter = Letter(html: "<p>Zoë {{ first_name }}</p>", baseURL: "https://m.example.org")
    for count in [0, 1, 3_000] {
      letter.attachments = (0..<min(count, 2)).map { number in
        Attachment(content: [UInt8](repeating: 7, count: count), fileName: "\(number).bin")
      }
      for name in ["", "Bob", String(repeating: "å", count: 2_000)] {
        let composed = try letter.composed(for: [name, ""])
        #expect(composed.message.size == composed.message.bytes.count)
      }
    }
  }

  @Test func `recipients with addresses beyond ASCII need SMTPUTF8`() throws {
    #expect(try Letter().composed(at: "zoë@example.com").message.needsSMTPUTF8)
    #expect(try !Letter().composed(for: ["Zoë", "Köln"]).message.needsSMTPUTF8)
  }
}
