import Crypto
import HTTP
import Model
import Storage

/// Where an invited person makes their account in the workspace of whoever invited them.
enum InvitationPage {
  static func show(_ visit: Visit) async throws -> Response {
    guard let invitation = try await invitation(visit) else { return visit.deadLink(advice) }
    return page(visit, invitation, Form())
  }

  static func take(_ visit: Visit) async throws -> Response {
    var form = try await visit.form()
    guard let invitation = try await invitation(visit) else { return visit.deadLink(advice) }
    let accounts = visit.site.accounts
    let name = form.personName()
    let email = invitation.email ?? form.accountAddress()
    let password = form.chosenPassword(for: email)
    guard form.isGood else { return page(visit, invitation, form) }
    try await accounts.throttle.admit(account: email, from: visit.edge.client, now: visit.now)
    do {
      let user = try await accounts.makeUser(
        email: email, password: password, name: name, joining: invitation.workspace.id,
        through: invitation.digest)
      try await accounts.throttle.clear(account: email)
      return try await visit.signIn(user) ?? visit.redirect(to: "/login")
    } catch Accounts.Refusal.linkUsed {
      return visit.deadLink(advice)
    } catch let refusal as Accounts.Refusal {
      form.note(refusal)
      return page(visit, invitation, form)
    }
  }

  private struct Invitation {
    let digest: [UInt8]
    let workspace: Workspace
    /// The only address that may accept it; `nil` for any.
    let email: String?
  }

  private static func invitation(_ visit: Visit) async throws -> Invitation? {
    let token = visit.request.parameters["token"] ?? ""
    guard let link = try await visit.site.accounts.link(.invitation, token),
      let id = link.workspace, let workspace = try await visit.site.store.workspaces.find(id)
    else { return nil }
    return Invitation(
      digest: Token.digest(of: token.utf8), workspace: workspace, email: link.email)
  }

  private static func page(_ visit: Visit, _ invitation: Invitation, _ form: Form) -> Response {
    visit.entrance("Join \(invitation.workspace.name)", status: form.isGood ? .ok : .unprocessable)
    {
      """
      <h1>Join \(invitation.workspace.name)</h1>
      <p class="lede">Make your account. You will work with the lists, senders and campaigns of \
      this workspace.</p>
      \(form.summary)<form class="form" method="post" data-check>\($0.input)
      \(PersonFields.name(form))\
      \(invitation.email.map { fixed($0, form) } ?? PersonFields.email(form))\
      \(PersonFields.newPassword(form))
      <button class="btn primary block">Join</button></form>
      """
    }
  }

  private static func fixed(_ email: String, _ form: Form) -> HTML {
    let error: HTML =
      form.fault(of: "email").map { "<p class=\"error\" id=\"email-error\">\($0)</p>" } ?? ""
    return PersonFields.fixedEmail(email) + error
  }

  private static let advice = "Ask whoever invited you for a new one."
}
