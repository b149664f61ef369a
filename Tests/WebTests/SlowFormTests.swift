import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Forms that take their time to arrive")
struct SlowFormTests {
  enum Happening: CaseIterable { case disabled, demoted, signedOut }

  @Test(
    "Whoever is shut out while a form comes in changes nothing by it", arguments: Happening.allCases
  )
  func shutOut(_ happening: Happening) async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser("grace@example.org", isAdministrator: true)
      let browser = try await scene.signIn(isAdministrator: true)
      let user = try #require(browser.user)
      let token = try #require(try await browser.open("/account").form("/account/name")?["csrf"])
      let session = try #require(browser.cookies["session"])
      let store = scene.store
      let body = RequestBody.late(Array("csrf=\(token)&name=Eve".utf8)) {
        switch happening {
        case .disabled: try await store.users.setDisabled(true, of: user.id)
        case .demoted: try await store.users.setAdministrator(false, of: user.id)
        case .signedOut: try await store.sessions.endAll(of: user.id, except: nil)
        }
      }
      let answer = await scene.responder.respond(
        to: Request(
          .post, try Target("/account/name"),
          fields: [
            "Host": "localhost", "Origin": "http://localhost", "Cookie": "session=\(session)",
            "Content-Type": "application/x-www-form-urlencoded",
          ], body: body, peer: "127.0.0.1"))
      #expect(answer.status == .forbidden)
      let found = try #require(try await store.users.find(user.id))
      #expect(found.name == user.name)
      #expect(found.isDisabled == (happening == .disabled))
      #expect(found.isAdministrator == (happening != .demoted))
    }
  }
}
