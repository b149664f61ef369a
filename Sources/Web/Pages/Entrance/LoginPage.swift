import HTTP
import Model
import Storage

/// Where people sign in.
enum LoginPage {
  static func show(_ visit: Visit) async throws -> Response {
    let next = visit.request.query["next"] ?? "/"
    if try await visit.member() != nil { return .redirect(toLocal: next) }
    if try await visit.site.store.users.count() == 0 { return visit.redirect(to: "/setup") }
    return try await page(visit, Form(showing: [("next", next)]))
  }

  static func take(_ visit: Visit) async throws -> Response {
    let form = try await visit.form()
    let accounts = visit.site.accounts
    let email = form.raw("email")
    let password = form.values["password"] ?? ""
    guard !email.isEmpty, !password.isEmpty, email.utf8.count <= 1_000, password.utf8.count <= 4_000
    else { return try await page(visit, form, isRefused: true) }
    try await accounts.throttle.admit(account: email, from: visit.edge.client, now: visit.now)
    guard let user = try await accounts.user(email: email, password: password),
      let answer = try await visit.signIn(user, to: form.raw("next"))
    else { return try await page(visit, form, isRefused: true) }
    try await accounts.throttle.clear(account: email)
    return answer
  }

  private static func page(
    _ visit: Visit, _ form: Form, isRefused: Bool = false
  ) async throws -> Response {
    let isOpen = try await visit.site.store.settings.registration() == .open
    let foot: HTML =
      isOpen
      ? "New here? <a href=\"/register\">Create an account</a>"
      : "Forgot your password? An administrator can give you a link for a new one."
    // The same words whatever was wrong, so that nobody learns who has an account.
    let refusal: HTML = """
      <div class="flash bad" role="alert">\(Icon.error.html(visit.site.assets))\
      <p>This address and this password do not belong together. Check both and try again.</p></div>
      """
    return visit.entrance("Sign in", status: isRefused ? .unprocessable : .ok, foot: foot) {
      """
      <h1>Sign in</h1>\(HTML.when(isRefused, refusal))
      <form class="form" method="post" action="/login" data-check>\($0.input)\
      <input type="hidden" name="next" value="\(form.raw("next"))">
      \(PersonFields.email(form, hint: nil))\(PersonFields.presentPassword(form))
      <button class="btn primary block">Sign in</button></form>
      """
    }
  }
}

/// Where people sign out.
enum LogoutPage {
  /// For those who come by a link: signing out takes a button.
  static func show(_ member: Member) -> Response {
    member.visit.answer(
      Layout.page(
        "Sign out", in: .account, member, isNarrow: true,
        """
        \(PageHead(title: "Sign out").html)
        <p>Nothing that is being sent stops when you sign out.</p>
        \(ActionButton(address: "/logout", label: "Sign out", icon: .logout, kind: "primary")
          .html(member))
        """))
  }

  static func take(_ member: Member) async throws -> Response {
    try await member.store.sessions.end(digest: member.digest)
    return member.visit.signedOut(Notice("You have signed out."))
  }
}
