import Compose
import Crypto
import HTTP
import Model
import Storage
import Testing

@testable import Web

@Suite("Senders in the browser")
struct SenderPagesTests {
  private static let secret = "quiet-harbour-42"

  /// A sender made by the form.
  private static func make(
    _ browser: Browser, _ changes: KeyValuePairs<String, String?> = [:]
  ) async throws -> Sender {
    let page = try await browser.submit("/senders/new", form: "/senders", account)
    let address = try #require(page.location)
    if !changes.isEmpty {
      _ = try await browser.submit(address, form: address, changes)
    }
    let id = try #require(Identifier(String(address.split(separator: "/")[1]), .sender))
    return try #require(try await browser.scene.store.senders.find(id, in: browser.home))
  }

  private static let account: KeyValuePairs<String, String?> = [
    "name": "Office", "host": "smtp.example.com", "port": "465", "security": "implicit",
    "user": "ada", "password": secret, "from_name": "Ada", "from_address": "ada@example.com",
    "reply_to": "answers@example.com", "messages_per_hour": "120",
    "messages_per_second": "2", "messages_per_minute": "", "messages_per_day": "900",
    "most_connections": "3", "messages_per_connection": "40",
  ]

  @Test("A sender is made with all its fields, its password sealed")
  func make() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await Self.make(ada)
      #expect(sender.kind == .smtp)
      #expect(sender.name == "Office")
      #expect(sender.host == "smtp.example.com")
      #expect(sender.port == 465)
      #expect(sender.security == "implicit")
      #expect(sender.user == "ada")
      #expect(sender.fromName == "Ada")
      #expect(sender.fromAddress == "ada@example.com")
      #expect(sender.replyTo == "answers@example.com")
      #expect(
        sender.limits
          == SenderLimits(
            perSecond: 2, perHour: 120, perDay: 900, connections: 3, perConnection: 40))
      let sealed = try #require(sender.sealedPassword)
      let opened = try scene.keys.open(
        sealed, as: .senderPassword, workspace: sender.workspace, row: sender.id)
      #expect(opened == Array(Self.secret.utf8))
    }
  }

  @Test("Limits out of bounds are named, and what is set is shown again")
  func limits() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await Self.make(ada)
      let address = "/senders/\(sender.id.text(.sender))"
      let page = try await ada.get(address)
      for text in [
        "name=\"messages_per_second\"", "value=\"900\"", "name=\"most_connections\"",
        "<details class=\"more\" open>",
      ] { #expect(page.text.contains(text), "\(text)") }
      for (field, value, most) in [
        ("messages_per_second", "0", 10_000), ("messages_per_minute", "x", 600_000),
        ("messages_per_day", "-1", 100_000_000), ("most_connections", "101", 100),
        ("messages_per_connection", "1.5", 100_000),
      ] {
        let answer = try await ada.submit(address, form: address, [field: value])
        #expect(answer.status == .unprocessable, "\(field)")
        #expect(answer.text.contains("Give a whole number from 1 to \(most)."), "\(field)")
      }
    }
  }

  @Test("No page shows a password, not even the form that comes back with faults")
  func passwordStays() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await Self.make(ada)
      let address = "/senders/\(sender.id.text(.sender))"
      for page in [
        try await ada.get(address), try await ada.get("/senders"), try await ada.get("/"),
        try await ada.submit(
          address, form: address, ["port": "0", "password": "another-\(Self.secret)"]),
      ] {
        #expect(!page.text.contains(Self.secret))
        #expect(!page.text.contains("type=\"password\" value"))
      }
    }
  }

  @Test("An empty password field keeps the password")
  func passwordKept() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let before = try await Self.make(ada)
      let after = try await Self.make(ada, ["name": "Home office", "password": ""])
      #expect(after.name == "Home office")
      let sealed = try #require(after.sealedPassword)
      let opened = try scene.keys.open(
        sealed, as: .senderPassword, workspace: after.workspace, row: after.id)
      #expect(opened == Array(Self.secret.utf8))
      #expect(before.id != after.id)
    }
  }

  @Test("A password is not taken along to another server")
  func otherServer() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await Self.make(ada)
      let address = "/senders/\(sender.id.text(.sender))"
      let page = try await ada.submit(address, form: address, ["host": "smtp.evil.example"])
      #expect(page.status == .unprocessable)
      #expect(page.errors == ["The server is another one now, so give the password again."])
      let kept = try await scene.store.senders.find(sender.id, in: ada.home)
      #expect(kept?.host == "smtp.example.com")
    }
  }

  @Test("Without encryption a password leaves for this machine only")
  func inTheClear() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.submit(
        "/senders/new", form: "/senders",
        [
          "name": "Relay", "host": "relay.example.com", "security": "none", "user": "ada",
          "password": Self.secret,
        ])
      #expect(page.status == .unprocessable)
      #expect(page.text.contains("id=\"security-error\""))
      let near = try await ada.submit(
        page, form: "/senders", ["host": "127.0.0.1", "password": "x"])
      #expect(near.status == .seeOther)
    }
  }

  @Test(
    "A field that is wrong is named, and the others keep what was typed",
    arguments: [
      ("name", ""), ("host", ""), ("host", "https://smtp.example.com/"), ("host", "a b"),
      ("port", "0"), ("port", "65536"), ("port", "x"), ("security", "sometimes"),
      ("from_address", ""), ("from_address", "nobody"), ("reply_to", "nobody"),
      ("messages_per_hour", "0"), ("messages_per_hour", "-3"), ("kind", "pigeon"),
      ("from_name", "Ada\r\nBcc: all@example.com"),
    ])
  func faults(field: String, value: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      var form = try #require(try await ada.get("/senders/new").form("/senders")).values
      for (name, value) in Self.account {
        form.removeAll { $0.0 == name }; form.append((name, value ?? ""))
      }
      form.removeAll { $0.0 == field }
      let page = try await ada.post("/senders", form + [(field, value)])
      #expect(page.status == .unprocessable)
      #expect(page.text.contains("href=\"#\(field.replacing("_", with: "-"))\""))
      #expect(page.text.contains("value=\"\(field == "user" ? "" : "ada")\""))
      #expect(try await scene.store.senders.all(in: ada.home).count == 1)
    }
  }

  @Test("Gmail's app passwords are explained and taken with their blanks")
  func gmail() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.get("/senders/new?preset=gmail")
      #expect(page.text.contains("value=\"smtp.gmail.com\""))
      #expect(page.words.contains("app password"))
      let saved = try await ada.submit(
        page, form: "/senders", ["user": "ada@gmail.com", "password": "abcd efgh ijkl mnop"])
      let address = try #require(saved.location)
      let id = try #require(Identifier(String(address.split(separator: "/")[1]), .sender))
      let sender = try #require(try await scene.store.senders.find(id, in: ada.home))
      let opened = try scene.keys.open(
        try #require(sender.sealedPassword), as: .senderPassword, workspace: sender.workspace,
        row: sender.id)
      #expect(opened == Array("abcdefghijklmnop".utf8))
    }
  }

  @Test("A sandbox sender needs no server")
  func sandbox() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let saved = try await ada.submit(
        "/senders/new?preset=sandbox", form: "/senders", ["host": "", "name": "Trials"])
      #expect(saved.status == .seeOther)
      let page = try await ada.follow(saved)
      #expect(page.words.contains("nothing leaves this machine"))
    }
  }

  @Test("Nobody sees or changes the senders of another workspace")
  func foreign() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let sender = try await Self.make(ada)
      let address = "/senders/\(sender.id.text(.sender))"
      #expect(try await eve.get(address).status == .notFound)
      let token = try #require(try await eve.get("/senders/new").form("/senders")?["csrf"])
      for path in [address, "\(address)/test", "\(address)/remove"] {
        let page = try await eve.post(path, [("csrf", token), ("sure", "yes"), ("name", "mine")])
        #expect(page.status == .notFound)
      }
      #expect(try await scene.store.senders.find(sender.id, in: ada.home)?.name == "Office")
      #expect(try await !eve.get("/senders").text.contains("Office"))
      for unknown in ["/senders/snd_x", "/senders/1", "/senders/\(Identifier.new().text(.sender))"]
      {
        #expect(try await ada.get(unknown).status == .notFound)
      }
    }
  }

  @Test("Removing asks first, and is refused while a campaign needs the sender")
  func remove() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await Self.make(ada)
      let address = "/senders/\(sender.id.text(.sender))"
      let question = try await ada.submit(address, form: "\(address)/remove")
      #expect(question.status == .ok)
      #expect(question.words.contains("Remove the sender “Office”?"))
      let audience = Audience(
        id: .new(), workspace: try ada.home, file: "", state: .ready, fieldNames: ["email"],
        emailColumn: 0, offset: 0, line: 1)
      let campaign = Campaign(
        id: .new(), workspace: try ada.home, name: "May", state: .draft,
        content: CampaignContent(subject: "Hi", html: nil, text: [65], from: "ada@example.com"),
        sender: sender.id, audience: audience.id, inDoubt: .hold, createdAt: scene.clock.now)
      try await scene.store.campaigns.add(campaign, with: audience, now: scene.clock.now)
      let refused = try await ada.follow(
        try await ada.submit(question, form: "\(address)/remove", ["sure": "yes"]))
      #expect(refused.words.contains("was not removed: a campaign that has not ended uses it"))
      _ = try await scene.store.campaigns.remove(campaign.key)
      let done = try await ada.follow(
        try await ada.submit(question, form: "\(address)/remove", ["sure": "yes"]))
      #expect(done.words.contains("Sender removed."))
      #expect(try await ada.get(address).status == .notFound)
    }
  }

  @Test("Whatever a sender is called, its name is text and no markup")
  func escaped() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let name = "\"><script>alert(1)</script>"
      _ = try await Self.make(ada, ["name": name, "from_name": name])
      for address in ["/senders", "/"] {
        #expect(try await !ada.get(address).text.contains("<script>alert"))
      }
    }
  }
}
