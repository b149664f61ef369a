import Crypto
import HTTP
import Model
import Storage

/// The demo's way in: a link that signs in, at the press of a button.
///
/// A button, because programs that preview links follow them too, and would use it up.
enum DemoEntrance {
  static func show(_ visit: Visit) async throws -> Response {
    let token = visit.request.query["token"] ?? ""
    guard try await visit.site.accounts.link(.signIn, token) != nil else {
      if try await visit.member() != nil { return visit.redirect(to: "/") }
      return visit.deadLink(advice)
    }
    return visit.entrance("Sign in to the demo") {
      """
      <h1>Sign in to the demo</h1>
      <p class="lede">A made-up company with contacts and a campaign that is ready to send. \
      Nothing leaves this machine.</p>
      <form class="form" method="post" action="/enter">\($0.input)\
      <input type="hidden" name="token" value="\(token)">
      <button class="btn primary block">Sign in to the demo</button></form>
      """
    }
  }

  static func take(_ visit: Visit) async throws -> Response {
    let form = try await visit.form()
    let store = visit.site.store
    let token = form.raw("token")
    guard try await visit.site.accounts.link(.signIn, token) != nil,
      let link = try await store.links.use(
        digest: Token.digest(of: token.utf8), now: visit.now),
      let id = link.user, let user = try await store.users.find(id),
      let answer = try await visit.signIn(user)
    else { return visit.deadLink(advice) }
    return answer
  }

  private static let advice = "Start the demo again to get a new one, or sign in with a password."
}
