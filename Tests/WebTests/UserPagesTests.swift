import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Looking after users")
struct UserPagesTests {
  @Test("All users are listed, page by page")
  func list() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      for number in 0..<60 {
        let user = User(
          id: .new(), workspace: try ada.home, email: "user\(number)@example.org", name: "",
          passwordHash: "", isAdministrator: false, createdAt: Scene.start)
        _ = try await scene.store.users.add(user, now: Scene.start)
      }
      let first = try await ada.get("/users")
      let next = try #require(first.text.firstMatch(of: /rel="next" href="([^"]*)"/)?.1)
      let second = try await ada.get(String(next))
      var seen: [String] = []
      for page in [first, second] {
        seen += page.text.matches(of: /<small class="break">([^<]*)</).map { String($0.1) }
      }
      #expect(
        seen.sorted() == (["ada@example.org"] + (0..<60).map { "user\($0)@example.org" }).sorted())
      #expect(!second.text.contains("rel=\"next\""))
      // A cursor that somebody made up starts the list anew.
      #expect(try await ada.get("/users?after=00zz").words.contains("ada@example.org"))
    }
  }

  @Test("An administrator makes an account; a password that is made up is shown once and works")
  func create() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let made = try await ada.submit(
        "/users/new", ["name": "Bob Noyce", "email": "bob@example.org"])
      #expect(made.status == .created)
      let password = try #require(made.link)
      #expect(password.utf8.count == 26)
      #expect(try await scene.stranger().logIn("bob@example.org", password).location == "/")
      let bob = try #require(try await scene.store.users.find(email: "bob@example.org"))
      #expect(try bob.workspace != ada.home)
      #expect(!bob.isAdministrator)

      let given = try await ada.submit(
        "/users/new",
        [
          "name": "Eve", "email": "eve@example.org", "password": "a password for Eve",
          "place": "here", "administrator": "yes",
        ])
      #expect(given.location?.hasPrefix("/users/usr_") == true)
      let eve = try #require(try await scene.store.users.find(email: "eve@example.org"))
      #expect(try eve.workspace == ada.home)
      #expect(eve.isAdministrator)
      #expect(
        try await scene.stranger().logIn("eve@example.org", "a password for Eve").location == "/")

      let taken = try await ada.submit(
        "/users/new", ["name": "Bob", "email": "bob@example.org"])
      #expect(taken.errors == ["There is an account with this address already."])
    }
  }

  @Test("Who is disabled is out at once, and in again when enabled")
  func disable() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let bob = try await scene.signIn("bob@example.org")
      let address = "/users/\(try #require(bob.user).id.text(.user))"
      #expect(try await ada.submit(address, form: "\(address)/disable").location == address)
      #expect(try await bob.get("/account").status == .seeOther)
      #expect(try await scene.stranger().logIn("bob@example.org").status == .unprocessable)
      #expect(try await ada.get(address).words.contains("Disabled"))
      _ = try await ada.submit(address, form: "\(address)/enable")
      #expect(try await bob.get("/account").status == .seeOther)
      #expect(try await scene.stranger().logIn("bob@example.org").location == "/")
    }
  }

  @Test("A rank is given and taken, and sessions from before it end")
  func rank() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let bob = try await scene.signIn("bob@example.org")
      let user = try #require(bob.user)
      let address = "/users/\(user.id.text(.user))"
      _ = try await ada.submit(address, form: "\(address)/make-administrator")
      #expect(try await bob.get("/users").status == .seeOther)
      let again = try await scene.signIn(try #require(try await scene.store.users.find(user.id)))
      #expect(try await again.get("/users").status == .ok)
      _ = try await ada.submit(address, form: "\(address)/unmake-administrator")
      #expect(try await again.get("/users").status == .seeOther)
      #expect(try await scene.store.users.find(user.id)?.isAdministrator == false)
    }
  }

  @Test(
    "Nobody disables or demotes themselves, so that an administrator always stays",
    arguments: [UserPage.Change.disable, .demote])
  func oneself(change: UserPage.Change) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      _ = try await scene.signIn("eve@example.org", isAdministrator: true)
      let user = try #require(ada.user)
      let address = "/users/\(user.id.text(.user))"
      let page = try await ada.get(address)
      #expect(page.form("\(address)/\(change.rawValue)") == nil)
      let token = try #require(page.forms.first?["csrf"])
      let answer = try await ada.post("\(address)/\(change.rawValue)", [("csrf", token)])
      #expect(try await ada.follow(answer).words.contains("Nobody can do this"))
      let after = try #require(try await scene.store.users.find(user.id))
      #expect(after.isAdministrator)
      #expect(!after.isDisabled)
    }
  }

  @Test("A link for a new password is shown once and belongs to that user")
  func passwordLink() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let bob = try await scene.addUser("bob@example.org")
      let address = "/users/\(bob.id.text(.user))"
      let shown = try await ada.submit(address, form: "\(address)/password")
      let link = try #require(shown.link)
      let page = try await scene.stranger().get(link.replacing("http://localhost", with: ""))
      #expect(page.status == .ok)
      #expect(page.text.contains("bob@example.org"))
    }
  }

  @Test("Links for people carry the address that the operator set")
  func baseURL() async throws {
    try await Scene.set({ $0.baseURL = "https://mail.example.org/" }) { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let shown = try await ada.submit("/invitations", form: "/invitations")
      #expect(shown.link?.hasPrefix("https://mail.example.org/invitation/") == true)
    }
  }

  @Test(
    "A user that does not exist is not found",
    arguments: ["usr_0", "x", "wsp_00000000000000000000000000"])
  func missing(id: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      #expect(try await ada.get("/users/\(id)").status == .notFound)
      let token = try #require(try await ada.get("/account").form()?["csrf"])
      #expect(try await ada.post("/users/\(id)/disable", [("csrf", token)]).status == .notFound)
      let other = Identifier.new().text(.user)
      #expect(try await ada.post("/users/\(other)/password", [("csrf", token)]).status == .notFound)
    }
  }
}
