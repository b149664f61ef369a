import Crypto
import HTTP
import Model
import Storage

/// One's own account: name, password, sessions, and how pages look and behave.
enum AccountPage {
  static func show(_ member: Member) -> Response {
    page(member, name: Form(showing: [("name", member.user.name)]))
  }

  // MARK: Changes

  static func rename(_ member: Member, _ form: Form) async throws -> Response {
    var form = form
    let name = form.personName()
    guard form.isGood else { return page(member, name: form) }
    try await member.store.users.rename(member.user.id, to: name)
    return member.redirect(to: "/account", Notice("Name saved."))
  }

  static func changePassword(_ member: Member, _ form: Form) async throws -> Response {
    var form = form
    let accounts = member.site.accounts
    let present = form.values["present"] ?? ""
    if present.isEmpty { form.note("present", "Give your present password.") }
    let password = form.chosenPassword(for: member.user.email)
    guard form.isGood, present.utf8.count <= 4_000 else { return page(member, password: form) }
    // Whoever has found an open browser shall not guess here without end.
    try await accounts.throttle.admit(
      account: member.user.email, from: member.visit.edge.client, now: member.now)
    guard let user = try await accounts.user(email: member.user.email, password: present) else {
      form.note("present", "This is not your present password.")
      return page(member, password: form)
    }
    let changed = try await accounts.setPassword(of: user, to: password)
    let notice = Notice("Password changed. Everywhere else you are signed out.")
    return try await member.visit.signIn(changed, to: "/account", notice)
      ?? member.visit.signedOut()
  }

  static func signOutEverywhere(_ member: Member) async throws -> Response {
    try await member.store.sessions.endAll(of: member.user.id, except: nil)
    return member.visit.signedOut(Notice("You are signed out everywhere."))
  }

  static func setShortcuts(_ member: Member, _ form: Form) -> Response {
    let isOn = form.isTicked("shortcuts")
    var answer = member.redirect(
      to: "/account", Notice(isOn ? "Keyboard shortcuts are on." : "Keyboard shortcuts are off."))
    answer.set(
      Cookie(
        Visit.shortcutsCookie, isOn ? "on" : "off", maxAge: .seconds(365 * 86_400),
        isSecure: member.visit.edge.isSecure))
    return answer
  }

  // MARK: Page

  private static func page(
    _ member: Member, name: Form? = nil, password: Form = Form()
  ) -> Response {
    let isGood = name?.isGood != false && password.isGood
    let name = name ?? Form(showing: [("name", member.user.name)])
    return member.visit.answer(
      Layout.page(
        "Your account", in: .account, member, isNarrow: true,
        """
        \(name.summary)\(password.summary)\
        \(PageHead(title: "Your account", lede: "You sign in as \(member.user.email).").html)
        \(nameForm(member, name))\(passwordForm(member, password))\
        \(displayForms(member))\(sessionsForm(member))
        """), status: isGood ? .ok : .unprocessable)
  }

  private static func nameForm(_ member: Member, _ form: Form) -> HTML {
    """
    <form class="form" method="post" action="/account/name" data-check>\(member.formToken.input)
    <fieldset class="card group"><legend>Name</legend>\(PersonFields.name(form))
    <div class="form-actions"><button class="btn primary">Save the name</button></div>\
    </fieldset></form>
    """
  }

  private static func passwordForm(_ member: Member, _ form: Form) -> HTML {
    """
    <form class="form" method="post" action="/account/password" data-check>\
    \(member.formToken.input)
    <fieldset class="card group"><legend>Password</legend>
    <input type="hidden" name="username" value="\(member.user.email)" autocomplete="username">
    \(PersonFields.presentPassword(form, name: "present", label: "Present password"))\
    \(PersonFields.newPassword(form, label: "New password"))
    <div class="form-actions"><button class="btn">Change the password</button></div>\
    </fieldset></form>
    """
  }

  private static func displayForms(_ member: Member) -> HTML {
    let theme = member.visit.theme
    let colours: [(Theme, String)] = [
      (.system, "As the system"), (.light, "Light"), (.dark, "Dark"),
    ]
    return """
      <form class="form" method="post" action="/theme">\(member.formToken.input)
      <input type="hidden" name="back" value="/account">
      <fieldset class="card group"><legend>Colours</legend>
      \(HTML.each(colours) {
        Field.radio("theme", $0.0.rawValue, $0.1, isChosen: $0.0 == theme)
      })<div class="form-actions"><button class="btn">Save the colours</button></div>\
      </fieldset></form>
      <form class="form" method="post" action="/account/shortcuts">\(member.formToken.input)
      <fieldset class="card group"><legend>Keyboard</legend>
      \(Field.tick(
        "shortcuts", "Single keys do things",
        hint: "Such as / to search and n for a new campaign. Press ? to see them all.",
        isTicked: member.visit.hasShortcuts))
      <div class="form-actions"><button class="btn">Save the keyboard</button></div>\
      </fieldset></form>
      """
  }

  private static func sessionsForm(_ member: Member) -> HTML {
    """
    <div class="card"><header class="card-head"><h2>Sessions</h2></header>
    <div class="card-body stack"><p>A session ends after \
    \(Wording.duration(SignInRule.idle)) without a request, and after \
    \(Wording.duration(SignInRule.longest)) in any case.</p>
    \(ActionButton(
      address: "/account/sign-out", label: "Sign out everywhere", icon: .logout,
      question: "Sign out here and in all other browsers?").html(member))</div></div>
    """
  }
}
