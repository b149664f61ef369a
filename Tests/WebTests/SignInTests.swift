import Crypto
import Foundation
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Signing in and out")
struct SignInTests {
  private let refusal = "This address and this password do not belong together."

  @Test("The right password signs in; the cookie is out of reach for scripts and other sites")
  func right() async throws {
    try await Scene.set { scene in
      let user = try await scene.addUser()
      let browser = scene.stranger()
      let answer = try await browser.logIn()
      #expect(answer.status == .seeOther)
      #expect(answer.location == "/")
      let cookie = try #require(answer.newCookies.first { $0.hasPrefix("session=") })
      #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax"))
      #expect(try await browser.get("/account").words.contains("Ada Lovelace"))
      #expect(try await scene.store.users.find(user.id)?.signedInAt == Scene.start)
    }
  }

  @Test("The address may be written in another case, with blanks around it")
  func spelling() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("Ada@Example.org")
      #expect(try await scene.stranger().logIn(" ada@EXAMPLE.org ").status == .seeOther)
    }
  }

  @Test("Over TLS the session's cookie is Secure and bound to the host")
  func secure() async throws {
    try await Scene.set({ $0.trustedProxies = ["10.0.0.1"] }) { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      (browser.peer, browser.scheme) = ("10.0.0.1", "https")
      browser.standing = ["X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"]
      let answer = try await browser.logIn()
      let cookie = try #require(answer.newCookies.first { $0.contains("session=") })
      #expect(cookie.hasPrefix("__Host-session="))
      #expect(cookie.contains("; Secure;"))
      #expect(try await browser.get("/account").status == .ok)
    }
  }

  @Test(
    "A wrong password, an unknown address and a disabled user get the same words",
    arguments: [
      ("ada@example.org", "not the password at all"),
      ("nobody@example.org", Scene.password), ("gone@example.org", Scene.password),
      ("ada@example.org", ""), ("", Scene.password), ("ada@example.org", Scene.password + " "),
    ])
  func wrong(email: String, password: String) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("ada@example.org")
      _ = try await scene.addUser("gone@example.org", isDisabled: true)
      let browser = scene.stranger()
      let answer = try await browser.logIn(email, password)
      #expect(answer.status == .unprocessable)
      #expect(answer.words.contains(refusal))
      #expect(answer.form()?["email"] == email)
      #expect(!answer.text.contains("value=\"\(Scene.password)"))
      #expect(browser.cookies["session"] == nil)
      // Nothing but the address typed differs from the answer to an address that nobody has.
      let other = try await scene.stranger().logIn("none@example.org", "some other password")
      #expect(
        answer.words.replacing(email, with: "")
          == other.words.replacing("none@example.org", with: ""))
    }
  }

  @Test("A password of a megabyte is refused without trouble")
  func enormous() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let answer = try await scene.stranger().logIn(
        "ada@example.org", String(repeating: "x", count: 1_000_000))
      #expect(answer.status == .unprocessable)
    }
  }

  @Test("Each sign-in has a token of its own, and the browser's session before it is over")
  func rotation() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      let page = try await browser.get("/login")
      _ = try await browser.logIn()
      let first = try #require(browser.cookies["session"])
      // The form was open in another window when the first one signed in.
      let fields: KeyValuePairs<String, String?> = [
        "email": "ada@example.org", "password": Scene.password,
      ]
      _ = try await browser.submit(page, fields)
      let second = try #require(browser.cookies["session"])
      #expect(first != second)
      #expect(try await scene.isSignedIn(second))
      #expect(try await !scene.isSignedIn(first))
    }
  }

  @Test("A session that somebody planted is not made valid by signing in")
  func fixation() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      browser.cookies["session"] = "planted"
      _ = try await browser.logIn()
      #expect(browser.cookies["session"] != "planted")
      #expect(try await !scene.isSignedIn("planted"))
    }
  }

  @Test("Whoever signs out is out, with a cookie kept aside as well")
  func signOut() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      _ = try await browser.logIn()
      let token = try #require(browser.cookies["session"])
      let answer = try await browser.submit("/account", form: "/logout")
      #expect(answer.location == "/login")
      #expect(browser.cookies["session"] == nil)
      #expect(try await !scene.isSignedIn(token))
      #expect(try await browser.follow(answer).words.contains("You have signed out."))
    }
  }

  @Test("Opening /logout alone signs nobody out: it takes the button")
  func logoutPage() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      #expect(try await browser.get("/logout").status == .ok)
      #expect(try await browser.get("/account").status == .ok)
      let answer = try await browser.submit("/logout", form: "/logout")
      #expect(answer.location == "/login")
      #expect(try await browser.get("/account").location == "/login?next=%2Faccount")
    }
  }

  @Test("A session ends after half an hour of silence, and after twelve hours in any case")
  func expiry() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      scene.clock.advance(by: .seconds(29 * 60))
      #expect(try await browser.get("/account").status == .ok)
      scene.clock.advance(by: .seconds(31 * 60))
      #expect(try await browser.get("/account").status == .seeOther)

      let busy = try await scene.signIn(try #require(browser.user))
      for _ in 0..<35 {
        scene.clock.advance(by: .seconds(20 * 60))
        #expect(try await busy.get("/account").status == .ok)
      }
      scene.clock.advance(by: .seconds(21 * 60))
      #expect(try await busy.get("/account").status == .seeOther)
    }
  }

  @Test(
    "One comes back to the page that was asked for, and never to another site",
    arguments: [
      ("/account", "/account"), ("/lists?q=a%20b&n=1", "/lists?q=a%20b&n=1"),
      ("https://evil.example", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"),
      ("javascript:alert(1)", "/"), ("/a\r\nSet-Cookie: x=1", "/"), ("", "/"), ("evil", "/"),
    ])
  func next(asked: String, reached: String) async throws {
    try await Scene.set { scene in
      let user = try await scene.addUser()
      let address = "/login?next=\(PercentEncoding.encode(asked))"
      let answer = try await scene.stranger().submit(
        address, ["email": "ada@example.org", "password": Scene.password])
      #expect(answer.location == reached)
      // Whoever is signed in already is sent on at once.
      #expect(try await scene.signIn(user).get(address).location == reached)
    }
  }

  @Test("A stranger who asks for a page is sent to sign in and comes back with its query")
  func detour() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      let answer = try await browser.get("/users?after=%20x")
      let signIn = try #require(answer.location)
      let back = try await browser.submit(
        signIn, ["email": "ada@example.org", "password": Scene.password])
      #expect(back.location == "/users?after=%20x")
    }
  }

  @Test(
    "Every page behind the door asks to sign in",
    arguments: [
      "/", "/account", "/users", "/users/new", "/invitations", "/settings", "/logout",
    ])
  func door(path: String) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let page = try await scene.stranger().get(path)
      #expect(page.status == .seeOther)
      #expect(page.location?.hasPrefix("/login") == true)
    }
  }

  @Test("Neither password nor session token lies in the database's files")
  func dump() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      _ = try await browser.logIn()
      let token = try #require(browser.cookies["session"])
      var octets = Data()
      for name in try FileManager.default.contentsOfDirectory(atPath: scene.folder)
      where name.hasPrefix("martlet.db") {
        octets += try Data(contentsOf: URL(fileURLWithPath: "\(scene.folder)/\(name)"))
      }
      #expect(octets.range(of: Data("ada@example.org".utf8)) != nil)
      #expect(octets.range(of: Data("$argon2id$".utf8)) != nil)
      #expect(octets.range(of: Data(Scene.password.utf8)) == nil)
      #expect(octets.range(of: Data(token.utf8)) == nil)
    }
  }

  @Test("A hash of another cost is made anew at sign-in, and no session ends by it")
  func rehash() async throws {
    try await Scene.set({ $0.passwordCost = .standard }) { scene in
      let user = try await scene.addUser()
      let elsewhere = try await scene.signIn(user)
      #expect(try await scene.stranger().logIn().status == .seeOther)
      let renewed = try #require(try await scene.store.users.find(user.id)).passwordHash
      #expect(renewed != user.passwordHash)
      #expect(renewed.contains("m=19456,t=2"))
      #expect(try await elsewhere.get("/account").status == .ok)
      // And the new one works, and stays.
      #expect(try await scene.stranger().logIn().status == .seeOther)
      #expect(try await scene.store.users.find(user.id)?.passwordHash == renewed)
    }
  }
}

extension Browser {
  /// Signs in by the form.
  func logIn(
    _ email: String = "ada@example.org", _ password: String = Scene.password
  ) async throws -> Page {
    try await submit("/login", ["email": email, "password": password])
  }
}

extension Scene {
  /// Whether a session's token still opens pages.
  func isSignedIn(_ token: String) async throws -> Bool {
    let browser = stranger()
    browser.cookies["session"] = token
    return try await browser.get("/account").status == .ok
  }
}
