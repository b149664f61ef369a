import Crypto
import HTTP
import Model
import Storage

/// Where somebody who has forgotten their password chooses a new one, by a link of an
/// administrator's.
enum NewPasswordPage {
  static func show(_ visit: Visit) async throws -> Response {
    guard let user = try await user(visit) else { return visit.deadLink(advice) }
    return page(visit, user, Form())
  }

  static func take(_ visit: Visit) async throws -> Response {
    var form = try await visit.form()
    guard let user = try await user(visit) else { return visit.deadLink(advice) }
    let password = form.chosenPassword(for: user.email)
    guard form.isGood else { return page(visit, user, form) }
    do {
      try await visit.site.accounts.setPassword(
        of: user, to: password,
        through: Token.digest(of: (visit.request.parameters["token"] ?? "").utf8))
    } catch Accounts.Refusal.linkUsed {
      return visit.deadLink(advice)
    } catch let refusal as Accounts.Refusal {
      form.note(refusal)
      return page(visit, user, form)
    }
    return visit.redirect(
      to: "/login", Notice("Your password is changed. Sign in with the new one."))
  }

  /// Whose password the link of the address sets.
  private static func user(_ visit: Visit) async throws -> User? {
    let token = visit.request.parameters["token"] ?? ""
    guard let link = try await visit.site.accounts.link(.newPassword, token), let id = link.user,
      let user = try await visit.site.store.users.find(id), !user.isDisabled
    else { return nil }
    return user
  }

  private static func page(_ visit: Visit, _ user: User, _ form: Form) -> Response {
    visit.entrance("Choose a new password", status: form.isGood ? .ok : .unprocessable) {
      """
      <h1>Choose a new password</h1>
      <p class="lede">It ends all sessions of this account, on every device.</p>
      \(form.summary)<form class="form" method="post" data-check>\($0.input)
      \(PersonFields.fixedEmail(user.email))\
      \(PersonFields.newPassword(form, label: "New password"))
      <button class="btn primary block">Change the password</button></form>
      """
    }
  }

  private static let advice = "Ask an administrator for a new one."
}
