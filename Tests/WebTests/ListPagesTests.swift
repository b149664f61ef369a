import Foundation
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Lists and contacts in the browser")
struct ListPagesTests {
  private static func upload(
    _ browser: Browser, _ content: String, name: String = "people.csv",
    _ values: KeyValuePairs<String, String?> = [:]
  ) async throws -> Page {
    try await browser.submit(
      "/lists/new", form: "/lists", values,
      files: [.init(input: "file", name: name, content: Array(content.utf8))])
  }

  private static func id(_ page: Page) throws -> Identifier {
    let address = try #require(page.location)
    return try #require(Identifier(String(address.split(separator: "/")[1]), .list))
  }

  /// A list whose rows are stored, as the engine leaves it.
  private static func ready(
    _ browser: Browser, name: String = "people.csv", rows: Int, refused: Int = 0
  ) async throws -> String {
    let store = browser.scene.store
    let list = Audience(
      id: .new(), workspace: try browser.home, file: "", fieldNames: ["email", "city"],
      emailColumn: 0, offset: 0, line: 2, name: name, createdAt: browser.scene.clock.now)
    try await store.audiences.add(list, now: browser.scene.clock.now)
    let all = (0..<(rows + refused)).map { index in
      let isRefused = index >= rows
      let email = isRefused ? "nobody\(index)" : "p\(100 + index)@example.org"
      var fields: [UInt8] = []
      FieldList.append(["\(email)", "Town<\(index)>"].map { Array($0.utf8)[...] }, to: &fields)
      return AudienceRow(
        line: index + 2, email: Array(email.utf8), key: isRefused ? nil : Array(email.utf8),
        fields: fields, refusal: isRefused ? "invalid address: it has no @" : nil)
    }
    try await store.audiences.store(all, of: list, state: .ready)
    return "/lists/\(list.id.text(.list))"
  }

  @Test("An uploaded file becomes a list that the engine can read")
  func upload() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let page = try await Self.upload(ada, "Name;E-Mail\nAda;ada@example.com\n")
      let list = try #require(
        try await scene.store.audiences.find(Self.id(page), in: ada.home))
      #expect(list.state == .reading)
      #expect(list.name == "people.csv")
      #expect(list.fieldNames == ["name", "e_mail"])
      #expect(list.emailColumn == 1)
      #expect(list.offset == 12)
      #expect(!list.file.contains("/"))
      let stored = try #require(
        FileManager.default.contents(atPath: "\(scene.folder)/uploads/\(list.file)"))
      #expect(Array(stored) == Array("Name;E-Mail\nAda;ada@example.com\n".utf8))
      let shown = try await ada.open(try #require(page.location))
      #expect(shown.words.contains("The file is being read"))
      #expect(shown.text.contains("data-refresh=\"2\""))
    }
  }

  @Test(
    "A file that cannot be a list is refused with a reason, and nothing of it stays",
    arguments: [
      ("", "", "The file is empty."), ("email\n", "", "has no contact below"),
      ("email,city\n,\n\n,\n", "", "has no contact below"),
      ("PK\u{3}\u{4}xxxxxxxxxxxxxxxx", "", "looks like"),
      ("ada@example.com\nbob@example.com\n", "", "does not name the columns"),
      ("name,city\nAda,London\n", "", "No column seems to hold e-mail addresses"),
      ("name,email\nAda,ada@example.com\n", "mail", "There is no column 'mail'"),
      ("email,city\nada@example.com,London\n", "city", "“city” holds no e-mail address"),
      ("email,city\nada,London\n", "", "“email” holds no e-mail address"),
      ("email\n\"never closed\n", "", "never closed"),
    ])
  func refused(content: String, column: String, reason: String) async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let page = try await Self.upload(ada, content, ["column": column, "name": "Friends"])
      #expect(page.status == .unprocessable)
      #expect(page.errors.contains { $0.contains(reason) }, "\(page.errors)")
      #expect(page.form("/lists")?["name"] == "Friends")
      #expect(!page.text.contains(scene.folder))
      #expect(try await scene.store.audiences.lists(in: ada.home, limit: 5).isEmpty)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/uploads").isEmpty)
    }
  }

  @Test("A missing file and one that is too long are told")
  func missing() async throws {
    try await Scene.set({
      $0.patience = .zero
      $0.contactFileLimit = 100
    }) { scene in
      let ada = try await scene.signIn()
      let none = try await ada.submit("/lists/new", form: "/lists")
      #expect(none.errors == ["Choose a file with the people to write to."])
      let long = try await Self.upload(
        ada, "email\n" + String(repeating: "a@example.com\n", count: 50))
      #expect(long.status == .unprocessable)
      #expect(long.errors.first?.contains("larger than 100 bytes") == true)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/uploads").isEmpty)
    }
  }

  @Test("The column can be chosen, and the list be given a name")
  func chosen() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let page = try await Self.upload(
        ada, "work,private\na@example.com,b@example.com\n",
        ["column": "Private", "name": "Friends <3"])
      let list = try #require(
        try await scene.store.audiences.find(Self.id(page), in: ada.home))
      #expect(list.emailColumn == 1)
      #expect(list.name == "Friends <3")
      #expect(try await ada.get("/lists").text.contains("Friends &lt;3"))
    }
  }

  @Test("A list shows what was left out with line and reason, then its people, page by page")
  func result() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.ready(ada, rows: 60, refused: 3)
      let page = try await ada.get(address)
      #expect(page.words.contains("Rows that are left out"))
      // The look gives it the most room.
      #expect(page.text.contains("<td class=\"break address\">nobody"))
      #expect(page.words.contains("64 nobody62 invalid address: it has no @"))
      #expect(page.text.contains("p100@example.org"))
      #expect(page.text.contains("Town&lt;0&gt;"))
      #expect(!page.text.contains("p150@example.org"))
      #expect(!page.text.contains("data-refresh"))
      let next = try #require(page.text.firstMatch(of: /rel="next" href="([^"]*)"/)?.1)
      let second = try await ada.get(String(next))
      #expect(second.text.contains("p150@example.org"))
      #expect(!second.text.contains("p149@example.org"))
      let found = try await ada.get("\(address)?q=P12")
      #expect(found.text.contains("p120@example.org"))
      #expect(!found.text.contains("p130@example.org"))
      let left = try await ada.get("\(address)?show=refused")
      #expect(left.text.contains("nobody61"))
      #expect(!left.text.contains("p100@example.org"))
      #expect(try await ada.get("\(address)?q=zzz").words.contains("No address here begins with"))
      for cursor in ["2d31", "7878", "39393939393939393939393939393939393939393939"] {
        #expect(try await ada.get("\(address)?after=\(cursor)").status == .ok)
      }
    }
  }

  @Test("A file that broke off says why")
  func failed() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let page = try await Self.upload(ada, "email\na@example.com\n")
      try await scene.store.audiences.fail(
        Self.id(page), in: ada.home, failure: "Line 9 holds a NUL byte.")
      let shown = try await ada.open(try #require(page.location))
      #expect(shown.words.contains("Line 9 holds a NUL byte."))
      #expect(!shown.text.contains("data-refresh"))
      #expect(!shown.text.contains("/campaigns/new?list="))
    }
  }

  @Test("All contacts are found by address, over all lists")
  func contacts() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      #expect(try await ada.get("/contacts").words.contains("No contacts yet"))
      _ = try await Self.ready(ada, name: "first.csv", rows: 40)
      _ = try await Self.ready(ada, name: "second.csv", rows: 40, refused: 1)
      let page = try await ada.get("/contacts")
      #expect(page.text.contains("first.csv"))
      #expect(page.text.contains("second.csv"))
      let next = try #require(page.text.firstMatch(of: /rel="next" href="([^"]*)"/)?.1)
      let second = try await ada.get(String(next))
      #expect(second.text.contains("p139@example.org"))
      #expect(!second.text.contains("rel=\"next\""))
      let rows = [page, second].map { $0.text.matches(of: /<tr>/).count - 1 }
      #expect(rows == [50, 30])
      #expect(!second.text.contains("nobody"))
      #expect(try await ada.get("/contacts?q=p139").text.matches(of: /<tr>/).count == 3)
      let eve = try await scene.signIn("eve@example.org")
      #expect(try await eve.get("/contacts?q=p139").words.contains("Nothing matches"))
      #expect(try await eve.get(String(next)).text.contains("example.org\"") == false)
    }
  }

  @Test("Nobody sees or deletes the lists of another workspace")
  func foreign() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let address = try await Self.ready(ada, rows: 3, refused: 1)
      for path in ["", "?show=refused", "?q=p1"] {
        #expect(try await eve.get(address + path).status == .notFound)
      }
      let token = try #require(try await eve.get("/lists/new").form("/lists")?["csrf"])
      let page = try await eve.post("\(address)/remove", [("csrf", token), ("sure", "yes")])
      #expect(page.status == .notFound)
      #expect(try await ada.get(address).status == .ok)
      #expect(try await !eve.get("/lists").text.contains("people.csv"))
    }
  }

  @Test("A list is deleted after a question, unless a campaign needs it")
  func remove() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let address = try await Self.ready(ada, rows: 3)
      let id = try #require(Identifier(String(address.split(separator: "/")[1]), .list))
      let list = try #require(try await scene.store.audiences.find(id, in: ada.home))
      let sender = try #require(try await scene.store.senders.all(in: ada.home).first)
      let campaign = Campaign(
        id: .new(), workspace: try ada.home, name: "May", state: .scheduled,
        content: CampaignContent(subject: "Hi", html: nil, text: [65], from: "ada@example.com"),
        sender: sender.id, audience: list.id, inDoubt: .hold, createdAt: scene.clock.now)
      try await scene.store.campaigns.add(campaign, now: scene.clock.now)
      let question = try await ada.submit(address, form: "\(address)/remove")
      #expect(question.words.contains("with its 3 rows?"))
      let refused = try await ada.follow(
        try await ada.submit(question, form: "\(address)/remove", ["sure": "yes"]))
      #expect(refused.words.contains("was not deleted: a campaign uses it"))
      let other = try await Self.ready(ada, name: "other.csv", rows: 2)
      let asked = try await ada.submit(other, form: "\(other)/remove")
      _ = try await ada.submit(asked, form: "\(other)/remove", ["sure": "yes"])
      #expect(try await ada.get(other).status == .notFound)
    }
  }

  @Test("A form without its token uploads nothing")
  func token() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let page = try await Self.upload(ada, "email\na@example.com\n", ["csrf": "guessed"])
      #expect(page.status == .forbidden)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/uploads").isEmpty)
    }
  }
}
