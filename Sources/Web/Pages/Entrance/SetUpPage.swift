import Crypto
import HTTP
import Model
import Storage

/// Where the first account is made, by the link that the console prints.
enum SetUpPage {
  static func show(_ visit: Visit) async throws -> Response {
    if try await visit.site.store.users.count() > 0 { return visit.redirect(to: "/login") }
    let token = visit.request.query["token"] ?? ""
    guard try await visit.site.accounts.link(.setUp, token) != nil else { return closed(visit) }
    return page(visit, Form(showing: [("token", token), ("time_zone", "UTC")]))
  }

  static func take(_ visit: Visit) async throws -> Response {
    var form = try await visit.form()
    let accounts = visit.site.accounts
    if try await visit.site.store.users.count() > 0 { return visit.redirect(to: "/login") }
    let token = form.raw("token")
    guard try await accounts.link(.setUp, token) != nil else { return closed(visit) }
    let (name, email) = (form.personName(), form.accountAddress())
    let password = form.chosenPassword(for: email)
    let (workspace, zone) = (form.workspaceName(), form.timeZone())
    guard form.isGood else { return page(visit, form) }
    do {
      let user = try await accounts.makeUser(
        email: email, password: password, name: name, isAdministrator: true,
        workspaceName: workspace, timeZone: zone, through: Token.digest(of: token.utf8))
      return try await visit.signIn(user) ?? visit.redirect(to: "/login")
    } catch Accounts.Refusal.linkUsed {
      return closed(visit)
    } catch let refusal as Accounts.Refusal {
      form.note(refusal)
      return page(visit, form)
    }
  }

  private static func page(_ visit: Visit, _ form: Form) -> Response {
    visit.entrance("Set up Martlet", status: form.isGood ? .ok : .unprocessable) {
      """
      <h1>Welcome to Martlet</h1>
      <p class="lede">Make the first account. It can do everything, and add others later.</p>
      \(form.summary)<form class="form" method="post" action="/setup" data-check>\($0.input)\
      <input type="hidden" name="token" value="\(form.raw("token"))">
      \(PersonFields.name(form))\(PersonFields.email(form))\(PersonFields.newPassword(form))
      \(PersonFields.workspace(form, hint: "Your company or team. It holds your lists, senders and campaigns."))
      \(PersonFields.timeZone(form))
      <button class="btn primary block">Make the account</button></form>
      """
    }
  }

  private static func closed(_ visit: Visit) -> Response {
    visit.answer(
      Layout.entrance(
        "Set up Martlet", visit,
        """
        <h1>Set up Martlet</h1>
        <p>Nobody has an account here yet. Only whoever started the program may make the first \
        one: at its start it prints a link on the console. Open that link.</p>
        <p>The link works once and for a day. A new one is printed when the program is started \
        again.</p>
        """),
      status: .forbidden)
  }
}
