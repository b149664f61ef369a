import Compose
import Crypto
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("The first account")
struct SetUpTests {
  private static let person: KeyValuePairs<String, String?> = [
    "name": "Ada Lovelace", "email": "ada@example.org", "password": Scene.password,
    "workspace": "Analytical Engines", "time_zone": "Europe/London",
  ]

  @Test("The console's link makes an administrator with a workspace, and signs in")
  func first() async throws {
    try await Scene.set { scene in
      let token = try await scene.site.accounts.setUpToken().text
      let browser = scene.stranger()
      let answer = try await browser.submit("/setup?token=\(token)", Self.person)
      #expect(answer.location == "/")
      #expect(try await browser.get("/users").status == .ok)
      let user = try #require(try await scene.store.users.find(email: "ada@example.org"))
      #expect(user.isAdministrator)
      let workspace = try #require(try await scene.store.workspaces.find(user.workspace))
      #expect(workspace.name == "Analytical Engines")
      #expect(workspace.timeZone == "Europe/London")
      let linkKey = try scene.keys.open(
        workspace.sealedLinkKey, as: .linkKey, workspace: workspace.id, row: workspace.id)
      #expect(linkKey.count == 32)
      let senders = try await scene.store.senders.all(in: workspace.id)
      #expect(senders.map(\.kind) == [.sandbox])
      #expect(senders.first?.fromName == "Ada Lovelace")
      #expect(senders.first?.fromAddress == "ada@example.org")
      // Registration is closed from then on, and the link is used up.
      #expect(try await scene.store.settings.registration() == .closed)
      #expect(try await scene.stranger().get("/setup?token=\(token)").location == "/login")
    }
  }

  @Test("Without the link, or with another, set-up says where to find it")
  func closed() async throws {
    try await Scene.set { scene in
      let workspace = try await scene.store.workspaces.first(
        orAdd: Workspace(id: .new(), sealedLinkKey: [1]), now: Scene.start)
      let invitation = try await scene.site.accounts.invitationToken(to: workspace.id).text
      for address in [
        "/setup", "/setup?token=", "/setup?token=guess", "/setup?token=\(invitation)",
      ] {
        let page = try await scene.stranger().get(address)
        #expect(page.status == .forbidden)
        #expect(page.words.contains("it prints a link on the console"))
        #expect(page.form() == nil)
      }
      // Whoever comes to sign in is shown the same.
      #expect(try await scene.stranger().open("/").status == .forbidden)
      #expect(try await scene.stranger().get("/register").location == "/setup")
    }
  }

  @Test("A form with faults does not use the link up, and keeps what was typed but the password")
  func faults() async throws {
    try await Scene.set { scene in
      let token = try await scene.site.accounts.setUpToken().text
      let browser = scene.stranger()
      let page = try await browser.submit(
        "/setup?token=\(token)",
        [
          "name": "", "email": "not an address", "password": "short", "workspace": "Engines <1>",
          "time_zone": "Mars/Olympus",
        ])
      #expect(page.status == .unprocessable)
      #expect(page.errors.count == 4)
      #expect(page.words.contains("4 things need another look"))
      let form = try #require(page.form())
      #expect(form["email"] == "not an address")
      #expect(form["workspace"] == "Engines <1>")
      #expect(form["password"] == "")
      #expect(try await scene.store.users.count() == 0)
      #expect(try await browser.submit(page, Self.person).location == "/")
    }
  }

  @Test("Of two who use the link at once, one makes an account")
  func race() async throws {
    try await Scene.set { scene in
      let accounts = scene.site.accounts
      let token = try await accounts.setUpToken()
      let made = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<4 {
          group.addTask {
            (try? await accounts.makeUser(
              email: "user\(number)@example.org", password: Scene.password, isAdministrator: true,
              through: token.digest)) != nil
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(made == 1)
      #expect(try await scene.store.users.count() == 1)
    }
  }

  @Test("The link ends after a day")
  func expiry() async throws {
    try await Scene.set { scene in
      let token = try await scene.site.accounts.setUpToken().text
      scene.clock.advance(by: .seconds(86_399))
      #expect(try await scene.stranger().get("/setup?token=\(token)").status == .ok)
      scene.clock.advance(by: .seconds(1))
      #expect(try await scene.stranger().get("/setup?token=\(token)").status == .forbidden)
    }
  }

  @Test("The first account finds what was sent from the command line before")
  func adoption() async throws {
    try await Scene.set { scene in
      let id = Identifier.new()
      let sealed = scene.keys.seal([1, 2, 3], as: .linkKey, workspace: id, row: id)
      _ = try await scene.store.workspaces.first(
        orAdd: Workspace(id: id, sealedLinkKey: sealed), now: Scene.start)
      let accounts = scene.site.accounts
      let first = try await accounts.makeUser(
        email: "ada@example.org", password: Scene.password, isAdministrator: true,
        workspaceName: "Engines", timeZone: "Europe/London")
      #expect(first.workspace == id)
      let workspace = try #require(try await scene.store.workspaces.find(id))
      #expect(workspace.name == "Engines")
      #expect(workspace.timeZone == "Europe/London")
      #expect(workspace.sealedLinkKey == sealed)
      #expect(try await scene.store.senders.all(in: id).count == 1)
      // The next one gets a house of their own.
      let second = try await accounts.makeUser(
        email: "bob@example.org", password: Scene.password)
      #expect(second.workspace != id)
      #expect(try await scene.store.workspaces.find(second.workspace)?.name == "bob@example.org")
    }
  }

  @Test("Accounts made by the program are held to the same rules")
  func rules() async throws {
    try await Scene.set { scene in
      let accounts = scene.site.accounts
      await #expect(throws: Accounts.Refusal.notAnAddress("ada")) {
        try await accounts.makeUser(email: "ada", password: Scene.password)
      }
      await #expect(
        throws: Accounts.Refusal.weakPassword("Choose a password of at least 10 characters.")
      ) {
        try await accounts.makeUser(email: "ada@example.org", password: "short")
      }
      try await accounts.makeUser(email: "ada@example.org", password: Scene.password)
      await #expect(throws: Accounts.Refusal.addressTaken) {
        try await accounts.makeUser(email: "ADA@example.org", password: Scene.password)
      }
      #expect(try await !accounts.resetPassword(email: "bob@example.org", to: Scene.password))
    }
  }

  // MARK: The demo

  @Test("The demo's link signs in at the press of a button, once")
  func demo() async throws {
    try await Scene.set { scene in
      let user = try await scene.addUser()
      let token = try await scene.site.accounts.signInToken(for: user).text
      let address = "/enter?token=\(token)"
      // A program that previews links does not use it up.
      for _ in 0..<3 { #expect(try await scene.stranger().get(address).status == .ok) }
      let browser = scene.stranger()
      #expect(try await browser.submit(address).location == "/")
      #expect(try await browser.get("/account").status == .ok)
      let late = try await scene.stranger().get(address)
      #expect(late.status == .gone)
      #expect(late.words.contains("does not work any more"))
      // Who is signed in already is simply let in.
      #expect(try await browser.get(address).location == "/")
    }
  }

  @Test("The demo's link is no way in for a disabled user, nor for another purpose")
  func demoRefused() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("ada@example.org", isAdministrator: true)
      let user = try await scene.addUser("bob@example.org")
      let accounts = scene.site.accounts
      let page = try await scene.stranger().get(
        "/enter?token=\(try await accounts.signInToken(for: user).text)")
      try await scene.store.users.setDisabled(true, of: user.id)
      let browser = scene.stranger()
      _ = try await browser.get("/login")
      let token = try #require(try await browser.get("/login").form()?["csrf"])
      let given = try #require(page.form()?["token"])
      let answer = try await browser.post("/enter", [("csrf", token), ("token", given)])
      #expect(answer.status == .gone)
      #expect(browser.cookies["session"] == nil)
      let other = try await accounts.passwordToken(for: user).text
      #expect(try await scene.stranger().get("/enter?token=\(other)").status == .gone)
    }
  }
}
