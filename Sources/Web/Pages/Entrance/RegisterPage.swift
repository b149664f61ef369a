import HTTP
import Model
import Storage

/// Where people make accounts by themselves, if the installation lets them.
enum RegisterPage {
  static func show(_ visit: Visit) async throws -> Response {
    if try await visit.member() != nil { return visit.redirect(to: "/") }
    if let closed = try await closed(visit) { return closed }
    return page(visit, Form(showing: [("time_zone", "UTC")]))
  }

  static func take(_ visit: Visit) async throws -> Response {
    var form = try await visit.form()
    if let closed = try await closed(visit) { return closed }
    let accounts = visit.site.accounts
    let (name, email) = (form.personName(), form.accountAddress())
    let password = form.chosenPassword(for: email)
    let (workspace, zone) = (form.line("workspace"), form.timeZone())
    guard form.isGood else { return page(visit, form) }
    try await accounts.throttle.admit(account: email, from: visit.edge.client, now: visit.now)
    do {
      let user = try await accounts.makeUser(
        email: email, password: password, name: name, workspaceName: workspace, timeZone: zone)
      if form.isTicked("gmail") {
        try await accounts.addGmailSender(for: user, password: password)
      }
      try await accounts.throttle.clear(account: email)
      return try await visit.signIn(user) ?? visit.redirect(to: "/login")
    } catch let refusal as Accounts.Refusal {
      form.note(refusal)
      return page(visit, form)
    }
  }

  /// What is shown when nobody may register; `nil` when anybody may.
  private static func closed(_ visit: Visit) async throws -> Response? {
    if try await visit.site.store.users.count() == 0 { return visit.redirect(to: "/setup") }
    switch try await visit.site.store.settings.registration() {
    case .open: return nil
    case .invite:
      return visit.entranceMessage(
        "By invitation", status: .forbidden,
        "<p>Accounts are made by invitation here. Ask somebody who has one to send you a link.</p>")
    case .closed:
      return visit.entranceMessage(
        "Registration is closed", status: .forbidden,
        "<p>Accounts are made by the administrators here. Ask one of them for yours.</p>")
    }
  }

  private static func page(_ visit: Visit, _ form: Form) -> Response {
    let workspace = Field(
      name: "workspace", label: "Name of your workspace",
      hint: "Your company or team; otherwise your own name.", isOptional: true,
      attributes: " maxlength=\"200\" autocomplete=\"organization\"")
    return visit.entrance(
      "Create an account", status: form.isGood ? .ok : .unprocessable,
      foot: "You have one already? <a href=\"/login\">Sign in</a>"
    ) {
      """
      <h1>Create an account</h1>
      \(form.summary)<form class="form" method="post" action="/register" data-check>\($0.input)
      \(PersonFields.name(form))\(PersonFields.email(form))\(PersonFields.newPassword(form))
      \(gmail(isTicked: form.isTicked("gmail")))\(workspace.input(form))\(PersonFields.timeZone(form))
      <button class="btn primary block">Create the account</button></form>
      """
    }
  }

  private static func gmail(isTicked: Bool) -> HTML {
    """
    <div class="stack">\(Field.tick(
      "gmail", "Use the same password for my SMTP account (Gmail)",
      hint: "You can send at once: a sender for this address is made, over smtp.gmail.com.",
      isTicked: isTicked))
    <p class="hint">Gmail takes an app password here, not the one of your Google account. Switch \
    on 2-Step Verification, make one at \
    <a href="https://myaccount.google.com/apppasswords" rel="noreferrer">\
    myaccount.google.com/apppasswords</a>, and give it as the password above. You can set up \
    senders with other passwords later.</p></div>
    """
  }
}
