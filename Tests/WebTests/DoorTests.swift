import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Forms and where they come from")
struct DoorTests {
  /// Every form of the entrance and of the pages about people, with what would be a good answer.
  private static let open = [
    "/login", "/register", "/setup", "/enter", "/invitation/x", "/password/x",
  ]
  private static let members = [
    "/logout", "/account/name", "/account/password", "/account/sign-out", "/account/shortcuts",
    "/invitations", "/settings",
  ]
  private static let administrators = ["/users/new", "/settings/registration"]

  @Test("A form without its token is refused", arguments: open)
  func strangerToken(path: String) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      try await scene.store.settings.setRegistration(.open)
      let browser = scene.stranger()
      #expect(try await browser.post(path, [("email", "ada@example.org")]).status == .forbidden)
      // Nor with a token, while the cookie it was made for is another browser's.
      let token = try #require(try await scene.stranger().get("/login").form()?["csrf"])
      _ = try await browser.get("/login")
      #expect(try await browser.post(path, [("csrf", token)]).status == .forbidden)
      #expect(try await browser.post(path, [("csrf", "")]).status == .forbidden)
    }
  }

  @Test(
    "A member's form without the session's token is refused", arguments: members + administrators)
  func memberToken(path: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn(isAdministrator: true)
      #expect(try await browser.post(path, [("name", "x")]).status == .forbidden)
      // A token of another session of the same user is no better.
      let other = try await scene.signIn(try #require(browser.user))
      let token = try #require(try await other.get("/account").form()?["csrf"])
      #expect(try await browser.post(path, [("csrf", token)]).status == .forbidden)
      #expect(try await browser.get("/account").status == .ok)
    }
  }

  @Test("What only administrators may do is refused to others", arguments: [Method.get, .post])
  func rank(method: Method) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let other = try await scene.addUser("bob@example.org")
      let id = other.id.text(.user)
      let token = try #require(try await browser.get("/account").form()?["csrf"])
      var paths = ["/users/new"]
      paths +=
        method == .get
        ? ["/users", "/users/\(id)"]
        : ["/settings/registration"]
          + ["disable", "enable", "make-administrator", "unmake-administrator", "password"]
          .map { "/users/\(id)/\($0)" }
      for path in paths {
        let page =
          method == .get
          ? try await browser.get(path) : try await browser.post(path, [("csrf", token)])
        #expect(page.status == .forbidden, "\(path)")
        #expect(!page.text.contains("bob@example.org"))
      }
      let after = try #require(try await scene.store.users.find(other.id))
      #expect(!after.isDisabled)
      #expect(!after.isAdministrator)
      #expect(try await scene.store.users.count() == 2)
      #expect(try await !browser.get("/account").text.contains("href=\"/users\""))
    }
  }

  @Test(
    "A form from another site is refused, whatever token it brings",
    arguments: [
      ["Origin": "http://evil.example"], ["Origin": "null"], ["Origin": "https://localhost"],
      ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
    ] as [Fields])
  func foreign(fields: Fields) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      let token = try #require(try await browser.get("/login").form()?["csrf"])
      let values = [
        ("csrf", token), ("email", "ada@example.org"), ("password", Scene.password),
      ]
      #expect(try await browser.post("/login", values, fields: fields).status == .forbidden)
      #expect(browser.cookies["session"] == nil)
      #expect(try await browser.post("/login", values).status == .seeOther)
    }
  }

  @Test("A trusted origin's form is taken")
  func trusted() async throws {
    try await Scene.set({ $0.trustedOrigins = ["https://mail.example.org"] }) { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      let token = try #require(try await browser.get("/login").form()?["csrf"])
      let values = [
        ("csrf", token), ("email", "ada@example.org"), ("password", Scene.password),
      ]
      let answer = try await browser.post(
        "/login", values, fields: ["Origin": "https://mail.example.org"])
      #expect(answer.status == .seeOther)
    }
  }

  @Test("An unknown Host is a bad request, before anything is looked up")
  func host() async throws {
    try await Scene.set({ $0.allowedHosts = ["mail.example.org", ".example.net"] }) { scene in
      _ = try await scene.addUser()
      for (host, status) in [
        ("evil.example", Status.badRequest), ("mail.example.org.evil.example", .badRequest),
        ("mail.example.org", .ok), ("MAIL.example.org:8080", .ok), ("a.example.net", .ok),
        ("badexample.net", .badRequest), ("localhost:8080", .ok), ("[::1]:8080", .ok),
      ] {
        let browser = scene.stranger()
        browser.host = host
        #expect(try await browser.get("/login").status == status, "\(host)")
      }
    }
  }

  @Test("The session cookie works without the visitor's, and pages before signing in set that")
  func visitor() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      let page = try await browser.get("/login")
      let line = try #require(page.newCookies.first { $0.hasPrefix("visitor=") })
      #expect(line.contains("HttpOnly"))
      #expect(try await browser.get("/login").newCookies.isEmpty)
    }
  }
}
