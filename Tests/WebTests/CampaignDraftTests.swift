import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Drafts, and times to send at")
struct CampaignDraftTests {
  @Test("A draft may be unfinished; its page says what is missing")
  func unfinished() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(
        pressing: "save", ["subject": "", "body": "{% if %}"], files: [])
      let draft = try await browser.campaign(answer)
      #expect(draft.state == .draft)
      #expect(draft.name == "Campaign without a name")
      #expect(try await browser.audience(of: draft).state == .empty)
      let page = try await browser.follow(answer)
      #expect(page.words.contains("Saved as a draft."))
      #expect(page.words.contains("Choose a file with the people to write to."))
      #expect(page.words.contains("Write a subject."))
      #expect(page.words.contains("In the message, line 1, column"))
      #expect(page.form("\(draft.address)/send") == nil)
      // Whoever sends it all the same is told why not.
      let refused = try await browser.follow(try await browser.press("send", of: draft))
      #expect(refused.words.contains("Not sent."))
      #expect(try await browser.stored(draft).state == .draft)
    }
  }

  @Test("A draft keeps its file unread until it is sent, from its page with one button")
  func sendFromPage() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      #expect(try await scene.store.audiences.unread(limit: 10).isEmpty)
      let page = try await browser.open(draft.address)
      #expect(page.words.contains("Ready to be sent"))
      let answer = try await browser.submit(page, form: "\(draft.address)/send")
      #expect(answer.location == draft.address)
      #expect(try await browser.stored(draft).state == .preparing)
      #expect(try await scene.store.audiences.unread(limit: 10).map(\.id) == [draft.audience])
    }
  }

  @Test("Editing shows everything as it was left, and another file takes the place of the first")
  func edit() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let attachment = Browser.File(input: "attachment", name: "a.txt", content: [65])
      let draft = try await browser.campaign(
        try await browser.write(
          pressing: "save",
          ["format": "html", "body": "\n<p>&amp;</p>", "attach": "yes", "in_doubt": "resend"],
          files: [Browser.contacts(), attachment]))
      let page = try await browser.open("\(draft.address)/edit")
      let form = try #require(page.forms.first { $0.isMultipart })
      #expect(form["subject"] == "May news")
      #expect(form["body"] == "\n<p>&amp;</p>")
      #expect(form["format"] == "html")
      #expect(form["column"] == "email")
      #expect(form["attach"] == "yes")
      #expect(form["attachment_name"] == "a.txt")
      #expect(form["in_doubt"] == "resend")
      #expect(form["personalise"] == "yes")
      #expect(page.words.contains("people.csv is here."))
      #expect(page.words.contains("{{first_name}}"))

      let before = try scene.files(in: "uploads")
      let answer = try await browser.write(
        on: page, pressing: "save", ["name": "June", "attach": "no"],
        files: [Browser.contacts("mail\nx@example.net\n", name: "june.csv")])
      #expect(answer.location == draft.address)
      let changed = try await browser.stored(draft)
      #expect(changed.name == "June")
      #expect(changed.audience == draft.audience)
      let audience = try await browser.audience(of: changed)
      #expect(audience.name == "june.csv")
      #expect(audience.fieldNames == ["mail"])
      let after = try scene.files(in: "uploads")
      #expect(after == [audience.file])
      #expect(after != before)
      #expect(try scene.files(in: "attachments").isEmpty)
    }
  }

  @Test("The column of a waiting file can still be changed")
  func changedColumn() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let file = Browser.contacts("email,work\na@example.net,b@example.org\n")
      let draft = try await browser.campaign(
        try await browser.write(pressing: "save", files: [file]))
      #expect(try await browser.audience(of: draft).emailColumn == 0)
      let page = try await browser.open("\(draft.address)/edit")
      _ = try await browser.write(on: page, ["column": "work"])
      #expect(try await browser.stored(draft).state == .preparing)
      let audience = try await browser.audience(of: draft)
      #expect(audience.emailColumn == 1)
      #expect(audience.state == .reading)
    }
  }

  @Test("A draft that goes over to a list lets its own file go")
  func fileToList() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let list = try await browser.sendingCampaign(to: 1).audience
      let before = try scene.files(in: "uploads")
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      let page = try await browser.open("\(draft.address)/edit")
      _ = try await browser.write(
        on: page, pressing: "save", ["source": "list", "list": list.text(.list)])
      #expect(try await browser.stored(draft).audience == list)
      #expect(try scene.files(in: "uploads") == before)
    }
  }

  @Test("A draft whose file has no address where it was looked for says so, and is not sent")
  func noAddresses() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let draft = try await browser.campaign(
        try await browser.write(
          pressing: "save", files: [Browser.contacts("email,city\nnobody,London\n")]))
      let page = try await browser.open(draft.address)
      let sentence = "The column “email” holds no e-mail address in its first rows"
      #expect(page.words.contains(sentence))
      #expect(page.form("\(draft.address)/send") == nil)
      let refused = try await browser.follow(try await browser.press("send", of: draft))
      #expect(refused.words.contains("Not sent. \(sentence)"))
      #expect(try await browser.stored(draft).state == .draft)
    }
  }

  // MARK: Times

  @Test("A time in a zone is kept to the minute, and shown in that zone")
  func schedule() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write([
        "when": "later", "at": "2027-05-04T09:30", "zone": "Europe/Berlin",
      ])
      let campaign = try await browser.campaign(answer)
      #expect(campaign.state == .scheduled)
      #expect(campaign.scheduledAt?.rfc3339 == "2027-05-04T07:30:00Z")
      #expect(campaign.timeZone == "Europe/Berlin")
      // The list is read beforehand, so that nothing holds it up when its time comes.
      #expect(try await browser.audience(of: campaign).state == .reading)
      let page = try await browser.follow(answer)
      #expect(page.words.contains("goes out on 4 May 2027, 09:30 (Europe/Berlin)"))
      let edit = try await browser.open("\(campaign.address)/edit")
      let form = try #require(edit.forms.first { $0.isMultipart })
      #expect(form["when"] == "later")
      #expect(form["at"] == "2027-05-04T09:30")
      #expect(form["zone"] == "Europe/Berlin")
    }
  }

  @Test(
    "A time that cannot be kept is told, and the choice stays",
    arguments: [
      ("2026-11-01T10:00", "Europe/Berlin", "That time has passed."),
      ("2027-03-28T02:30", "Europe/Berlin", "There is no such time in Europe/Berlin"),
      ("2027-10-31T02:30", "Europe/Berlin", "That time comes twice in Europe/Berlin"),
      ("2027-02-30T10:00", "UTC", "Give a day and a time"),
      ("2027-05-04T10:00", "Mars/Olympus", "Choose a time zone of the list."),
    ])
  func badTime(_ at: String, _ zone: String, _ sentence: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let answer = try await browser.write(["when": "later", "at": at, "zone": zone], files: [])
      #expect(answer.status == .unprocessable)
      #expect(answer.errors.contains { $0.hasPrefix(sentence) }, "\(answer.errors)")
      let form = try #require(answer.forms.first { $0.isMultipart })
      #expect(form["at"] == at)
      #expect(form["zone"] == zone)
    }
  }

  @Test("Of two moments that clocks show alike, the one that was meant is taken")
  func twice() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let time: [String: String?] = [
        "when": "later", "at": "2027-10-31T02:30", "zone": "Europe/Berlin",
      ]
      let asked = try await browser.write(time)
      #expect(asked.text.contains("name=\"twice\""))
      let campaign = try await browser.campaign(
        try await browser.write(on: asked, ["twice": "second"]))
      #expect(campaign.scheduledAt?.rfc3339 == "2027-10-31T01:30:00Z")
      let edit = try await browser.open("\(campaign.address)/edit")
      #expect(edit.forms.first { $0.isMultipart }?["twice"] == "second")
    }
  }

  @Test("A scheduled campaign can be edited, sent at once, or taken back")
  func scheduled() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let later: [String: String?] = ["when": "later", "at": "2027-05-04T09:30", "zone": "UTC"]
      let first = try await browser.campaign(try await browser.write(later))
      let edit = try await browser.open("\(first.address)/edit")
      let list = first.audience.text(.list)
      #expect(edit.forms.first { $0.isMultipart }?["list"] == list)
      _ = try await browser.write(on: edit, ["subject": "June news", "at": "2027-06-04T09:30"])
      let edited = try await browser.stored(first)
      #expect(edited.state == .scheduled)
      #expect(edited.content.subject == "June news")
      #expect(edited.scheduledAt?.rfc3339 == "2027-06-04T09:30:00Z")
      _ = try await browser.press("unschedule", of: first)
      #expect(try await browser.stored(first).state == .draft)

      let second = try await browser.campaign(try await browser.write(later))
      _ = try await browser.press("send", of: second)
      #expect(try await browser.stored(second).state == .preparing)
    }
  }

  @Test("What waits for its time is sent at once although its sender's test failed, if one insists")
  func scheduledWithFailedTest() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.campaign(
        try await browser.write(["when": "later", "at": "2027-05-04T09:30", "zone": "UTC"]))
      let sender = try #require(try await scene.store.senders.all(in: browser.home).first)
      try await scene.store.senders.setTest(
        SenderTest(at: scene.clock.now, passed: false, answer: "The password was refused."),
        of: sender.id, in: browser.home)
      let page = try await browser.open(campaign.address)
      #expect(page.text.matches(of: /\/send"/).count == 1)
      let form = "\(campaign.address)/send"
      let refused = try await browser.follow(try await browser.submit(page, form: form))
      #expect(refused.words.contains("tick “Send anyway”"))
      #expect(refused.text.contains("name=\"anyway\""))
      #expect(try await browser.stored(campaign).state == .scheduled)
      _ = try await browser.submit(refused, form: form, ["anyway": "yes"])
      #expect(try await browser.stored(campaign).state == .preparing)
    }
  }

  @Test("A mistake in a scheduled campaign's form leaves the campaign as it was")
  func scheduledMistake() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.campaign(
        try await browser.write(["when": "later", "at": "2027-05-04T09:30", "zone": "UTC"]))
      let edit = try await browser.open("\(campaign.address)/edit")
      let answer = try await browser.write(on: edit, ["subject": ""])
      #expect(answer.status == .unprocessable)
      let stored = try await browser.stored(campaign)
      #expect(stored.state == .scheduled)
      #expect(stored.content.subject == "May news")
      // With a new file it goes back to the drafts, and says so: half mended it must not go out.
      let again = try await browser.write(
        on: edit, ["subject": "", "source": "file"],
        files: [Browser.contacts("email\nx@example.net\n", name: "new.csv")])
      #expect(again.status == .unprocessable)
      #expect(again.words.contains("back among the drafts"))
      #expect(try await browser.stored(campaign).state == .draft)
      #expect(try await browser.audience(of: browser.stored(campaign)).name == "new.csv")
    }
  }

  @Test("What has begun cannot be edited; the page explains it")
  func begun() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      let edit = try await browser.open("\(draft.address)/edit")
      _ = try await browser.press("send", of: draft)
      let late = try await browser.write(
        on: edit, pressing: "save", ["subject": "Too late"], files: [Browser.contacts()])
      #expect(late.location == draft.address)
      #expect(try await browser.stored(draft).content.subject == "May news")
      #expect(try scene.files(in: "uploads").count == 1)
      let page = try await browser.get("\(draft.address)/edit")
      #expect(page.words.contains("This campaign cannot be edited"))
      #expect(page.forms.allSatisfy { !$0.isMultipart })
    }
  }
}
