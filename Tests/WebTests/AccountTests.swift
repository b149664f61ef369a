import Crypto
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("One's own account")
struct AccountTests {
  private let newPassword = "another boat altogether"

  @Test("A new password ends every other session, and this browser goes on with a new token")
  func password() async throws {
    try await Scene.set { scene in
      let here = try await scene.signIn()
      let elsewhere = try await scene.signIn(try #require(here.user))
      let before = try #require(here.cookies["session"])
      let answer = try await here.submit(
        "/account", form: "/account/password",
        ["present": Scene.password, "password": newPassword])
      #expect(answer.location == "/account")
      #expect(try await here.get("/account").status == .ok)
      #expect(try await elsewhere.get("/account").status == .seeOther)
      #expect(try await !scene.isSignedIn(before))
      #expect(try await scene.stranger().logIn().status == .unprocessable)
      #expect(try await scene.stranger().logIn("ada@example.org", newPassword).location == "/")
    }
  }

  @Test("The present password is asked for, and guesses of it are counted")
  func present() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      for _ in 0..<10 {
        let page = try await browser.submit(
          "/account", form: "/account/password",
          ["present": "a guess at it", "password": newPassword])
        #expect(page.status == .unprocessable)
        #expect(page.errors == ["This is not your present password."])
      }
      let refused = try await browser.submit(
        "/account", form: "/account/password",
        ["present": Scene.password, "password": newPassword])
      #expect(refused.status == .tooManyRequests)
      let user = try #require(browser.user)
      #expect(try await scene.store.users.find(user.id)?.passwordHash == user.passwordHash)
    }
  }

  @Test("A weak new password changes nothing")
  func weak() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let page = try await browser.submit(
        "/account", form: "/account/password", ["present": Scene.password, "password": "abc"])
      #expect(page.status == .unprocessable)
      #expect(try await scene.stranger().logIn().location == "/")
    }
  }

  @Test("One signs out everywhere at once")
  func everywhere() async throws {
    try await Scene.set { scene in
      let here = try await scene.signIn()
      let elsewhere = try await scene.signIn(try #require(here.user))
      let stranger = try await scene.signIn("bob@example.org")
      #expect(try await here.submit("/account", form: "/account/sign-out").location == "/login")
      #expect(try await here.get("/account").status == .seeOther)
      #expect(try await elsewhere.get("/account").status == .seeOther)
      #expect(try await stranger.get("/account").status == .ok)
    }
  }

  @Test("A name is changed, and shown as text whatever it is")
  func name() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let page = try await browser.submit("/account", form: "/account/name", ["name": " "])
      #expect(page.errors == ["Give your name."])
      let answer = try await browser.submit(
        "/account", form: "/account/name", ["name": "<script>alert(1)</script>\"'&"])
      #expect(answer.location == "/account")
      let shown = try await browser.get("/account")
      #expect(!shown.text.contains("<script>alert"))
      #expect(shown.form("/account/name")?["name"] == "<script>alert(1)</script>\"'&")
      let split = try await browser.submit("/account", form: "/account/name", ["name": "A\r\nB"])
      #expect(split.status == .unprocessable)
    }
  }

  @Test("Single-key shortcuts are switched off and on again")
  func shortcuts() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      #expect(try await !browser.get("/account").text.contains("data-shortcuts"))
      _ = try await browser.submit("/account", form: "/account/shortcuts", ["shortcuts": nil])
      let off = try await browser.get("/account")
      #expect(off.text.contains("<html lang=\"en\" data-shortcuts=\"off\">"))
      _ = try await browser.submit("/account", form: "/account/shortcuts", ["shortcuts": "yes"])
      #expect(try await !browser.get("/account").text.contains("data-shortcuts"))
    }
  }

  @Test("Colours are chosen on the account's page")
  func colours() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let page = try await browser.get("/account")
      let token = try #require(page.form()?["csrf"])
      let answer = try await browser.post(
        "/theme", [("csrf", token), ("back", "/account"), ("theme", "light")])
      #expect(answer.location == "/account")
      #expect(try await browser.get("/account").text.contains("data-theme=\"light\""))
    }
  }

  // MARK: Forgotten

  @Test("A link for a new password works once, ends all sessions and lifts the throttle")
  func reset() async throws {
    try await Scene.set { scene in
      let user = try await scene.addUser()
      let browser = try await scene.signIn(user)
      for _ in 0..<10 { _ = try await scene.stranger().logIn("ada@example.org", "a wrong guess") }
      #expect(try await scene.stranger().logIn().status == .tooManyRequests)
      let token = try await scene.site.accounts.passwordToken(for: user).text
      let spare = try await scene.site.accounts.passwordToken(for: user).text
      let stranger = scene.stranger()
      let weak = try await stranger.submit("/password/\(token)", ["password": "abc"])
      #expect(weak.status == .unprocessable)
      let answer = try await stranger.submit("/password/\(token)", ["password": newPassword])
      #expect(answer.location == "/login")
      #expect(stranger.cookies["session"] == nil)
      #expect(try await browser.get("/account").status == .seeOther)
      #expect(try await stranger.logIn("ada@example.org", newPassword).location == "/")
      // Neither this link nor one that was made before works any more.
      for used in [token, spare, "guess"] {
        #expect(try await stranger.get("/password/\(used)").status == .gone)
      }
    }
  }

  @Test("A link for a new password ends after half an hour, and is none for a disabled user")
  func resetRefused() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("ada@example.org", isAdministrator: true)
      let user = try await scene.addUser("bob@example.org")
      let token = try await scene.site.accounts.passwordToken(for: user).text
      try await scene.store.users.setDisabled(true, of: user.id)
      #expect(try await scene.stranger().get("/password/\(token)").status == .gone)
      try await scene.store.users.setDisabled(false, of: user.id)
      #expect(try await scene.stranger().get("/password/\(token)").status == .ok)
      scene.clock.advance(by: .seconds(30 * 60))
      #expect(try await scene.stranger().get("/password/\(token)").status == .gone)
    }
  }
}
