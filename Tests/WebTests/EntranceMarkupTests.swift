import Crypto
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("How the pages of accounts are built")
struct EntranceMarkupTests {
  @Test("Each page has one heading of the first rank, and labels and errors lead to their fields")
  func structure() async throws {
    try await Scene.set { scene in
      let fresh = try await scene.stranger().get(
        "/setup?token=\(try await scene.site.accounts.setUpToken().text)")
      var pages = [fresh, try await scene.stranger().get("/setup")]
      let ada = try await scene.signIn(isAdministrator: true)
      let user = try #require(ada.user)
      try await scene.store.settings.setRegistration(.open)
      let accounts = scene.site.accounts
      let stranger = scene.stranger()
      for path in [
        "/login", "/register", "/enter?token=\(try await accounts.signInToken(for: user).text)",
        "/enter", "/invitation/\(try await accounts.invitationToken(to: user.workspace).text)",
        "/password/\(try await accounts.passwordToken(for: user).text)", "/password/x",
      ] { pages.append(try await stranger.get(path)) }
      for path in ["/login", "/register"] { pages.append(try await stranger.submit(path)) }
      for path in [
        "/account", "/users", "/users/new", "/users/\(user.id.text(.user))", "/invitations",
        "/settings", "/logout",
      ] { pages.append(try await ada.get(path)) }
      pages.append(try await ada.submit("/users/new"))
      pages.append(try await ada.submit("/settings", ["workspace": ""]))
      pages.append(try await ada.submit("/account", form: "/account/password"))
      for page in pages { check(page) }
    }
  }

  private func check(_ page: Page) {
    let name = Comment(rawValue: page.address)
    #expect(page.text.matches(of: /<h1[ >]/).count == 1, name)
    #expect(!page.title.hasPrefix(" "), name)
    let ids = page.text.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count, name)
    for reference in page.text.matches(of: /<label for="([^"]*)"/) {
      #expect(ids.contains(String(reference.1)), name)
    }
    for reference in page.text.matches(of: /\shref="#([^"]*)"/) {
      #expect(ids.contains(String(reference.1)), name)
    }
    for reference in page.text.matches(of: /aria-(?:describedby|labelledby)="([^"]*)"/) {
      for id in reference.1.split(separator: " ") { #expect(ids.contains(String(id)), name) }
    }
    for tag in ["form", "div", "fieldset", "p", "ul", "label", "details"] {
      let opened = page.text.ranges(of: "<\(tag) ").count + page.text.ranges(of: "<\(tag)>").count
      let closed = page.text.ranges(of: "</\(tag)>").count
      #expect(opened == closed, "\(page.address): \(tag)")
    }
    #expect(!page.text.contains(" style="), name)
  }
}
