import Foundation
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("The form from file to Send")
struct CampaignFormTests {
  @Test("A file, a subject and a body become a campaign on its way, at once")
  func fromFileToSend() async throws {
    try await Scene.set({ $0.baseURL = "https://mail.example.org" }) { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(["personalise": "yes"])
      #expect(answer.status == .seeOther)
      let campaign = try await browser.campaign(answer)
      #expect(answer.location == campaign.address)
      #expect(campaign.state == .preparing)
      #expect(campaign.name == "May news")
      #expect(campaign.content.subject == "May news")
      #expect(campaign.content.text == Array("Hello {{ first_name }}".utf8))
      #expect(campaign.content.html == nil)
      #expect(campaign.content.isPersonalised)
      #expect(campaign.content.from == "\"Ada Lovelace\" <ada@example.org>")
      // As long as nobody answers opt-out links.
      #expect(campaign.content.baseURL == nil)
      #expect(campaign.createdBy == "ada@example.org")
      let audience = try await browser.audience(of: campaign)
      #expect(audience.state == .reading)
      #expect(audience.name == "people.csv")
      #expect(audience.fieldNames == ["email", "first_name"])
      #expect(audience.emailColumn == 0)
      #expect(try scene.files(in: "uploads") == [audience.file])
      #expect(try await scene.store.audiences.unread(limit: 10).map(\.id) == [audience.id])
      let page = try await browser.follow(answer)
      #expect(page.words.contains("The campaign is on its way."))
      #expect(page.text.contains("data-live=\"\(campaign.address)/events\""))
    }
  }

  @Test("A form that is sent twice makes one campaign", arguments: ["send", "save"])
  func sentTwice(button: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let form = try await browser.open("/campaigns/new")
      let changes = ["subject": "May news", "body": "Hello"]
      let first = try await browser.write(
        on: form, pressing: button, changes, files: [Browser.contacts()])
      let again = try await browser.write(
        on: form, pressing: button, changes, files: [Browser.contacts()])
      #expect(again.status == .seeOther && again.location == first.location)
      let campaigns = try await scene.store.campaigns.page(in: try browser.home, limit: 10)
      #expect(campaigns.count == 1)
      #expect(try scene.files(in: "uploads").count == 1)
    }
  }

  @Test("Another column than the guessed one is read when it is named")
  func namedColumn() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let file = Browser.contacts("email;Work\na@example.net;b@example.org\n")
      let campaign = try await browser.campaign(
        try await browser.write(["column": "work"], files: [file]))
      let audience = try await browser.audience(of: campaign)
      #expect(audience.emailColumn == 1)
      #expect(audience.fieldNames == ["email", "work"])
    }
  }

  @Test("An unknown column is told with the columns there are, and the file stays with a draft")
  func unknownColumn() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(["column": "E-Post", "in_doubt": "resend"])
      #expect(answer.status == .unprocessable)
      #expect(
        answer.errors == ["There is no column 'E-Post'. The file has: email, First Name."])
      #expect(answer.words.contains("need not be uploaded again"))
      let file = try #require(try scene.files(in: "uploads").first)
      let form = try #require(answer.forms.first { $0.isMultipart })
      #expect(form["subject"] == "May news")
      #expect(form["body"] == "Hello {{ first_name }}")
      #expect(form["in_doubt"] == "resend")

      let second = try await browser.write(on: answer, ["column": "email"])
      #expect(second.status == .seeOther)
      let campaign = try await browser.campaign(second)
      #expect(campaign.state == .preparing)
      #expect(campaign.inDoubt == .resend)
      let audience = try await browser.audience(of: campaign)
      #expect(audience.state == .reading)
      #expect(audience.file == file)
      #expect(try scene.files(in: "uploads") == [file])
    }
  }

  @Test("A file without addresses asks for the column, and takes one only if addresses are in it")
  func noAddressColumn() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let file = Browser.contacts("a,b\n1,2\n3,4\n")
      let answer = try await browser.write(files: [file])
      #expect(answer.status == .unprocessable)
      let error = try #require(answer.errors.first)
      #expect(error.contains("No column seems to hold e-mail addresses"))
      #expect(answer.text.contains("<option value=\"\" selected>Choose the column"))
      #expect(
        answer.text.contains("data-message-required=\"Choose the column with the addresses.\""))
      let again = try await browser.write(on: answer)
      #expect(again.status == .unprocessable)
      let other = try await browser.write(on: again, ["column": "b"])
      #expect(
        other.errors == [
          """
          The column “b” holds no e-mail address in its first rows, only values such as “2”. \
          Choose the column with the addresses.
          """
        ])
      let campaign = try await browser.campaign(
        try await browser.write(on: other, ["column": ""], files: [Browser.contacts()]))
      #expect(try await browser.audience(of: campaign).emailColumn == 0)
    }
  }

  @Test(
    "A column without an address in its first hundred rows is refused, one with some good ones not",
    arguments: [
      ("London", nil, "holds no e-mail address in its first rows, only values such as “London”."),
      ("", nil, "is empty in its first rows."),
      ("<b>" + String(repeating: "x", count: 99), nil, "such as “<b>xxxxxxx"),
      ("London", 99, nil), ("London", 0, nil),
      ("London", 100, "holds no e-mail address in its first rows"),
    ] as [(String, Int?, String?)])
  func headOfColumn(_ value: String, _ good: Int?, _ sentence: String?) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      var text = "email,city\n"
      for row in 0..<101 { text += "p\(row)@example.net,\(row == good ? "x@y.org" : value)\n\n,\n" }
      let answer = try await browser.write(["column": "city"], files: [Browser.contacts(text)])
      guard let sentence else {
        #expect(try await browser.campaign(answer).state == .preparing)
        return
      }
      #expect(answer.status == .unprocessable)
      #expect(answer.errors.count == 1)
      let error = try #require(answer.errors.first)
      #expect(error.hasPrefix("The column “city” ") && error.contains(sentence), "\(error)")
      #expect(error.count < 200)
      #expect(!answer.text.contains("<b>"))
    }
  }

  @Test("The field for the column has words of its own for who leaves a choice open")
  func columnWords() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      for address in ["/campaigns/new", "/lists/new"] {
        let page = try await browser.get(address)
        let tag = try #require(page.text.firstMatch(of: /<input[^>]* name="column"[^>]*>/)?.0)
        #expect(tag.contains("data-message-required=\"Choose the column with the addresses.\""))
      }
    }
  }

  @Test(
    "A file that is no list of contacts is told in a plain sentence, and not kept",
    arguments: [
      ("", "The file is empty."),
      ("email\n", "has no contact below them"),
      ("PK\u{3}\u{4}[Content_Types].xml xl/", "This looks like an Excel workbook (XLSX)."),
      ("ada@example.net\ngrace@example.net\n", "does not name the columns"),
    ])
  func badFile(_ content: String, _ sentence: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(
        ["subject": "<May>", "name": "Spring"], files: [Browser.contacts(content)])
      #expect(answer.status == .unprocessable)
      let error = try #require(answer.errors.first)
      #expect(error.contains(sentence))
      #expect(answer.errors.count == 1)
      let form = try #require(answer.forms.first { $0.isMultipart })
      #expect(form.action == "/campaigns")
      #expect(form["subject"] == "<May>")
      #expect(form["name"] == "Spring")
      #expect(try scene.files(in: "uploads").isEmpty)
      #expect(try await scene.store.campaigns.page(in: browser.home, limit: 10).isEmpty)
    }
  }

  @Test("A file beyond the limit is refused, with the rest of the form kept")
  func tooLarge() async throws {
    try await Scene.set({ $0.contactFileLimit = 1_000 }) { scene in
      let browser = try await scene.signIn()
      let long = Browser.people + String(repeating: "x@example.net,X\n", count: 100)
      let answer = try await browser.write(files: [Browser.contacts(long)])
      #expect(answer.status == .unprocessable)
      #expect(answer.errors.first?.contains("larger than 1000 bytes") == true)
      #expect(answer.forms.first { $0.isMultipart }?["subject"] == "May news")
      #expect(try scene.files(in: "uploads").isEmpty)
    }
  }

  @Test("Everything that is missing is told at once, each beside its field")
  func missing() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(
        [
          "subject": " ", "body": "", "attach": "yes", "when": "later", "at": "",
          "sender": "snd_00000000000000000000000000",
        ], files: [])
      #expect(answer.status == .unprocessable)
      #expect(
        Set(answer.errors) == [
          "Choose a sender.", "Choose the file to attach, or answer No.",
          "Give the day and the time.", "Choose a file with the people to write to.",
          "Write a subject.", "Write the message.",
        ])
      #expect(answer.text.contains("href=\"#attachment\""))
      #expect(answer.text.contains("id=\"attachment\""))
    }
  }

  @Test("An error in a placeholder is told with its line and column")
  func templateError() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(
        ["subject": "Hello {{ name | shout }}", "body": "One\n{% if x %}"])
      #expect(answer.status == .unprocessable)
      #expect(answer.errors.count == 2)
      #expect(
        answer.errors.contains {
          $0.hasPrefix("In the subject, line 1, column 17: there is no filter 'shout'.")
        }, "\(answer.errors)")
      #expect(
        answer.errors.contains { $0.hasPrefix("In the message, line 2, column") },
        "\(answer.errors)")
    }
  }

  @Test("Without the tick nothing is filled in, so nothing can be wrong in it")
  func verbatim() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(["body": "{% if x %}", "personalise": nil])
      let campaign = try await browser.campaign(answer)
      #expect(!campaign.content.isPersonalised)
      #expect(campaign.content.text == Array("{% if x %}".utf8))
    }
  }

  @Test("An HTML message may have a text of its own beside it")
  func html() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.campaign(
        try await browser.write(
          ["format": "html", "body": "<p>Hi\r\nthere</p>", "text_body": "Hi there"]))
      #expect(campaign.content.html == Array("<p>Hi\nthere</p>".utf8))
      #expect(campaign.content.text == Array("Hi there".utf8))
      let other = try await browser.campaign(
        try await browser.write(["format": "html", "body": "<p>Hi</p>", "text_body": " "]))
      #expect(other.content.text == nil)
    }
  }

  @Test("An attachment goes along under the name it is given")
  func attachment() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let file = Browser.File(input: "attachment", name: "p.pdf", content: [1, 2, 3])
      let named = try await browser.campaign(
        try await browser.write(
          ["attach": "yes", "attachment_name": "Preisliste für Ada.pdf"],
          files: [Browser.contacts(), file]))
      let attached = try #require(named.content.attachments.first)
      #expect(attached.name == "Preisliste für Ada.pdf")
      #expect(attached.size == 3)
      let bytes = FileManager.default.contents(
        atPath: "\(scene.folder)/attachments/\(attached.file)")
      #expect(bytes == Data([1, 2, 3]))
      let plain = try await browser.campaign(
        try await browser.write(["attach": "yes"], files: [Browser.contacts(), file]))
      #expect(plain.content.attachments.map(\.name) == ["p.pdf"])
      // “No” sends none, even if a file was chosen before.
      let without = try await browser.campaign(
        try await browser.write(["attach": "no"], files: [Browser.contacts(), file]))
      #expect(without.content.attachments.isEmpty)
      #expect(try scene.files(in: "attachments").count == 2)
    }
  }

  @Test("A list that is here already needs no file")
  func fromList() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let first = try await browser.sendingCampaign(to: 2)
      let list = first.audience.text(.list)
      let answer = try await browser.write(["source": "list", "list": list], files: [])
      let campaign = try await browser.campaign(answer)
      #expect(campaign.audience == first.audience)
      #expect(campaign.state == .preparing)
      let offered = try await browser.get("/campaigns/new?list=\(list)")
      #expect(offered.forms.first { $0.isMultipart }?["source"] == "list")
      #expect(offered.words.contains("people.csv (2 people)"))
      let nothing = try await browser.write(["source": "list", "list": ""], files: [])
      #expect(nothing.errors == ["Choose a list."])
    }
  }

  @Test("A sender whose last test failed holds up Send until somebody insists")
  func failedTest() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let sender = try #require(try await scene.store.senders.all(in: browser.home).first)
      try await scene.store.senders.setTest(
        SenderTest(at: scene.clock.now, passed: false, answer: "The password was refused."),
        of: sender.id, in: browser.home)
      let answer = try await browser.write()
      #expect(answer.status == .unprocessable)
      #expect(answer.errors.first?.contains("The password was refused.") == true)
      let insisted = try await browser.write(on: answer, ["anyway": "yes"])
      #expect(insisted.status == .seeOther)
      #expect(try await browser.campaign(insisted).state == .preparing)
    }
  }

  @Test("A template fills in subject and body, and only one's own")
  func template() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let stranger = try await scene.signIn("eve@example.org")
      let template = MailTemplate(
        id: .new(), workspace: try browser.home, name: "News", subject: "News, {{ first_name }}",
        html: Array("<b>New</b>".utf8), text: Array("New".utf8), createdAt: scene.clock.now,
        changedAt: scene.clock.now)
      try await scene.store.templates.add(template)
      let address = "/campaigns/new?template=\(template.id.text(.template))"
      let page = try await browser.get(address)
      let form = try #require(page.forms.first { $0.isMultipart })
      #expect(form["subject"] == "News, {{ first_name }}")
      #expect(form["format"] == "html")
      #expect(form["body"] == "<b>New</b>")
      #expect(form["text_body"] == "New")
      let answer = try await browser.write(on: page, files: [Browser.contacts()])
      #expect(try await browser.campaign(answer).template == template.id)
      let foreign = try await stranger.get(address)
      #expect(foreign.forms.first { $0.isMultipart }?["subject"] == "")
    }
  }

  @Test("A form without the session's token changes nothing and leaves no file")
  func token() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(["csrf": "wrong"])
      #expect(answer.status == .forbidden)
      #expect(try scene.files(in: "uploads").isEmpty)
      #expect(try await scene.store.campaigns.page(in: browser.home, limit: 10).isEmpty)
    }
  }
}
