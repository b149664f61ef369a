import Compose
import Crypto
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Making accounts")
struct RegistrationTests {
  private static let person: KeyValuePairs<String, String?> = [
    "name": "Bob Noyce", "email": "bob@example.com", "password": "integrated circuit",
  ]

  @Test("Where registration is open, anybody makes an account with a workspace of their own")
  func open() async throws {
    try await Scene.set { scene in
      let ada = try await scene.addUser()
      try await scene.store.settings.setRegistration(.open)
      let browser = scene.stranger()
      #expect(try await browser.submit("/register", Self.person).location == "/")
      let bob = try #require(try await scene.store.users.find(email: "bob@example.com"))
      #expect(!bob.isAdministrator)
      #expect(bob.workspace != ada.workspace)
      #expect(try await scene.store.workspaces.find(bob.workspace)?.name == "Bob Noyce")
      let senders = try await scene.store.senders.all(in: bob.workspace)
      #expect(senders.map(\.kind) == [.sandbox])
      // Settings and account can be opened at once.
      for path in ["/account", "/settings"] {
        #expect(try await browser.get(path).status == .ok)
      }
      #expect(
        try await scene.stranger().logIn("bob@example.com", "integrated circuit").location == "/")
    }
  }

  @Test(
    "Where registration is not open, nobody registers", arguments: [Registration.invite, .closed])
  func closed(registration: Registration) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      try await scene.store.settings.setRegistration(.open)
      let page = try await browser.get("/register")
      try await scene.store.settings.setRegistration(registration)
      // The form from before is no way in either.
      let answer = try await browser.submit(page, Self.person)
      #expect(answer.status == .forbidden)
      #expect(try await browser.get("/register").form() == nil)
      #expect(try await !browser.get("/login").text.contains("/register"))
      #expect(try await scene.store.users.count() == 1)
    }
  }

  @Test(
    "A weak password is refused with the reason",
    arguments: [
      ("", "Choose a password."), ("too short", "Choose a password of at least 10 characters."),
      ("password123", "This password is one of the first that anybody would try. Choose another."),
      ("aaaaaaaaaaaa", "This password is one of the first that anybody would try. Choose another."),
      ("bob@example.com", "Choose a password that is not your e-mail address."),
    ])
  func weak(password: String, reason: String) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      try await scene.store.settings.setRegistration(.open)
      let page = try await scene.stranger().submit(
        "/register", ["name": "Bob", "email": "bob@example.com", "password": password])
      #expect(page.status == .unprocessable)
      #expect(page.errors == [reason])
      #expect(try await scene.store.users.count() == 1)
    }
  }

  @Test("An address that has an account is refused, in whatever case")
  func duplicate() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("ada@example.org")
      try await scene.store.settings.setRegistration(.open)
      let browser = scene.stranger()
      let page = try await browser.submit(
        "/register",
        ["name": "Eve", "email": "ADA@example.org", "password": "an honest try of mine"])
      #expect(page.status == .unprocessable)
      #expect(page.errors.first?.hasPrefix("Perhaps there is an account") == true)
      #expect(page.form()?["name"] == "Eve")
      #expect(browser.cookies["session"] == nil)
      #expect(try await scene.stranger().logIn().status == .seeOther)
    }
  }

  @Test("The tick for Gmail makes a sender that is ready to send")
  func gmail() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      try await scene.store.settings.setRegistration(.open)
      let browser = scene.stranger()
      let page = try await browser.get("/register")
      #expect(page.words.contains("app password"))
      _ = try await browser.submit(
        page,
        [
          "name": "Bob Noyce", "email": "bob@gmail.com", "password": "abcd efgh ijkl mnop",
          "gmail": "yes",
        ])
      let bob = try #require(try await scene.store.users.find(email: "bob@gmail.com"))
      let senders = try await scene.store.senders.all(in: bob.workspace)
      let gmail = try #require(senders.first { $0.kind == .smtp })
      #expect((gmail.host, gmail.port, gmail.security) == ("smtp.gmail.com", 465, "implicit"))
      #expect(gmail.user == "bob@gmail.com")
      #expect((gmail.fromName, gmail.fromAddress) == ("Bob Noyce", "bob@gmail.com"))
      let sealed = try #require(gmail.sealedPassword)
      let opened = try scene.keys.open(
        sealed, as: .senderPassword, workspace: bob.workspace, row: gmail.id)
      #expect(String(decoding: opened, as: UTF8.self) == "abcdefghijklmnop")
      // One still signs in with what was typed, and the two are kept apart.
      #expect(
        try await scene.stranger().logIn("bob@gmail.com", "abcd efgh ijkl mnop").location == "/")
      #expect(bob.passwordHash.hasPrefix("$argon2id$"))
    }
  }

  @Test("A password that only looks a little like an app password is sealed as it is")
  func gmailPassword() async throws {
    try await Scene.set { scene in
      let user = try await scene.addUser("bob@gmail.com")
      try await scene.site.accounts.addGmailSender(for: user, password: "four words of mine 1")
      let senders = try await scene.store.senders.all(in: user.workspace)
      let gmail = try #require(senders.first { $0.kind == .smtp })
      let opened = try scene.keys.open(
        try #require(gmail.sealedPassword), as: .senderPassword, workspace: user.workspace,
        row: gmail.id)
      #expect(String(decoding: opened, as: UTF8.self) == "four words of mine 1")
    }
  }

  // MARK: Invitations

  @Test("An invited person joins the workspace, once")
  func invitation() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let shown = try await ada.submit("/invitations", form: "/invitations")
      #expect(shown.status == .created)
      let link = try #require(shown.link)
      #expect(link.hasPrefix("http://localhost/invitation/"))
      let path = String(link.dropFirst("http://localhost".count))
      let browser = scene.stranger()
      // A form with faults leaves the link as it is.
      #expect(
        try await browser.submit(path, ["name": "", "email": "x", "password": "y"]).errors.count
          == 3)
      #expect(try await browser.submit(path, Self.person).location == "/")
      let bob = try #require(try await scene.store.users.find(email: "bob@example.com"))
      #expect(try bob.workspace == ada.home)
      #expect(!bob.isAdministrator)
      #expect(try await scene.stranger().get(path).status == .gone)
    }
  }

  @Test("An invitation for an address makes an account for that address and no other")
  func invitedAddress() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let shown = try await ada.submit(
        "/invitations", form: "/invitations", ["email": "bob@example.com"])
      let path = try #require(shown.link).replacing("http://localhost", with: "")
      #expect(try await ada.get("/invitations").words.contains("bob@example.com"))
      #expect(try await !ada.get("/invitations").text.contains(path))
      _ = try await scene.stranger().submit(
        path, ["name": "Eve", "email": "eve@example.com", "password": "integrated circuit"])
      #expect(try await scene.store.users.find(email: "eve@example.com") == nil)
      #expect(try await scene.store.users.find(email: "bob@example.com") != nil)
    }
  }

  @Test("An invitation that is withdrawn works no more, also after registration was closed")
  func withdrawn() async throws {
    try await Scene.set { scene in
      try await scene.store.settings.setRegistration(.invite)
      let bob = try await scene.signIn("bob@example.org")
      let eve = try await scene.signIn("eve@example.org")
      var paths: [String] = []
      for email in ["one@example.com", "two@example.com"] {
        let shown = try await bob.submit("/invitations", form: "/invitations", ["email": email])
        paths.append(try #require(shown.link).replacing("http://localhost", with: ""))
      }
      try await scene.store.settings.setRegistration(.closed)
      let page = try await bob.get("/invitations")
      #expect(page.status == .ok)
      #expect(page.form("/invitations") == nil)
      #expect(try await bob.get("/settings").text.contains("href=\"/invitations\""))
      let form = try #require(page.forms.last { $0.action == "/invitations/withdraw" })
      // Nobody withdraws what belongs to another workspace.
      let token = try #require(try await eve.get("/account").form()?["csrf"])
      let foreign = try await eve.post(
        "/invitations/withdraw", [("csrf", token), ("link", try #require(form["link"]))])
      #expect(foreign.status == .notFound)
      #expect(try await scene.stranger().get(paths[0]).status == .ok)
      let answer = try await bob.post("/invitations/withdraw", form.values)
      let after = try await bob.follow(answer)
      #expect(after.words.contains("Withdrawn."))
      #expect(!after.words.contains("one@example.com"))
      #expect(after.words.contains("two@example.com"))
      #expect(try await scene.stranger().get(paths[0]).status == .gone)
      #expect(try await scene.stranger().get(paths[1]).status == .ok)
      let last = try #require(after.forms.last { $0.action == "/invitations/withdraw" })
      #expect(try await bob.post("/invitations/withdraw", last.values).location == "/settings")
      #expect(try await bob.get("/invitations").status == .forbidden)
      #expect(try await !bob.get("/settings").text.contains("href=\"/invitations\""))
    }
  }

  @Test("A link that is no number of an invitation withdraws nothing", arguments: ["", "00", "zz"])
  func nothingWithdrawn(_ link: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let token = try #require(try await ada.get("/account").form()?["csrf"])
      let answer = try await ada.post(
        "/invitations/withdraw", [("csrf", token), ("link", link)])
      #expect(answer.status == .notFound)
    }
  }

  @Test("What a disabled user invited to, and links they made, work no more")
  func disabledInviter() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("root@example.org", isAdministrator: true)
      let ada = try await scene.signIn(isAdministrator: true)
      let bob = try await scene.addUser("bob@example.org")
      let invited = try await ada.submit("/invitations", form: "/invitations")
      let address = "/users/\(bob.id.text(.user))"
      let renewed = try await ada.submit(address, form: "\(address)/password")
      let paths = try [invited, renewed].map {
        try #require($0.link).replacing("http://localhost", with: "")
      }
      for path in paths { #expect(try await scene.stranger().get(path).status == .ok) }
      let open = try await scene.stranger().get(paths[0])
      #expect(try await scene.store.users.setDisabled(true, of: try #require(ada.user).id))
      for path in paths { #expect(try await scene.stranger().get(path).status == .gone) }
      // The form from before is no way in either.
      let late = try await scene.stranger().submit(open, Self.person)
      #expect(late.status != .seeOther)
      #expect(try await scene.store.users.find(email: "bob@example.com") == nil)
    }
  }

  @Test("An address that is taken leaves the invitation as it is")
  func invitationTaken() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let token = try await scene.site.accounts.invitationToken(to: ada.home).text
      let browser = scene.stranger()
      let page = try await browser.submit(
        "/invitation/\(token)",
        ["name": "Ada", "email": "ada@example.org", "password": "integrated circuit"])
      #expect(page.status == .unprocessable)
      #expect(try await browser.submit(page, Self.person).location == "/")
    }
  }

  @Test("An invitation ends after a week")
  func invitationExpiry() async throws {
    try await Scene.set { scene in
      let ada = try await scene.addUser()
      let token = try await scene.site.accounts.invitationToken(to: ada.workspace).text
      scene.clock.advance(by: .seconds(7 * 86_400 + 1))
      #expect(try await scene.stranger().get("/invitation/\(token)").status == .gone)
    }
  }

  @Test("Members invite where registration is by invitation or open, not where it is closed")
  func whoInvites() async throws {
    try await Scene.set { scene in
      let bob = try await scene.signIn("bob@example.org")
      for (registration, status) in [
        (Registration.closed, Status.forbidden), (.invite, .created), (.open, .created),
      ] {
        try await scene.store.settings.setRegistration(registration)
        let token = try #require(try await bob.get("/account").form()?["csrf"])
        #expect(try await bob.post("/invitations", [("csrf", token)]).status == status)
        let isOffered = try await bob.get("/settings").text.contains("href=\"/invitations\"")
        #expect(isOffered == (status == .created))
      }
    }
  }
}

extension Page {
  /// The link or password that is shown to be copied.
  var link: String? {
    text.firstMatch(of: /<input readonly class="code" value="([^"]*)"/).map { String($0.1) }
  }
}
