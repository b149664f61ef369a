import Crypto
import HTTP
import Model
import Storage

/// Where an administrator makes an account for somebody.
enum NewUserPage {
  private enum Place: String { case own, here }

  static func show(_ member: Member) -> Response {
    page(member, Form(showing: [("place", Place.own.rawValue)]))
  }

  static func take(_ member: Member, _ form: Form) async throws -> Response {
    var form = form
    let (name, email) = (form.personName(), form.accountAddress())
    let isGenerated = (form.values["password"] ?? "").isEmpty
    let password =
      isGenerated ? Token(bits: 128, as: .base32).text : form.chosenPassword(for: email)
    let place = form.choice("place", of: Place.self, otherwise: .own)
    let isAdministrator = form.isTicked("administrator")
    guard form.isGood else { return page(member, form) }
    do {
      let accounts = member.site.accounts
      let user =
        switch place {
        case .own:
          try await accounts.makeUser(
            email: email, password: password, name: name, isAdministrator: isAdministrator,
            timeZone: member.workspace.timeZone)
        case .here:
          try await accounts.makeUser(
            email: email, password: password, name: name, isAdministrator: isAdministrator,
            joining: member.home)
        }
      guard isGenerated else {
        return member.redirect(
          to: "/users/\(user.id.text(.user))", Notice("\(email) can sign in now."))
      }
      return made(user, password, member)
    } catch let refusal as Accounts.Refusal {
      // An administrator sees all accounts anyhow.
      if refusal == .addressTaken { form.note("email", "\(refusal)") } else { form.note(refusal) }
      return page(member, form)
    }
  }

  /// Shows the password that was made up, once.
  private static func made(_ user: User, _ password: String, _ member: Member) -> Response {
    member.visit.answer(
      Layout.page(
        "User made", in: .users, member, isNarrow: true,
        """
        \(PageHead(
          title: "\(UserList.title(of: user)) has an account", crumbs: [("/users", "Users")]).html)
        <div class="card"><div class="card-body stack">
        <p>\(user.email) can sign in now with this password, and change it then.</p>
        <div class="copy"><input readonly class="code" value="\(password)" id="password" \
        aria-label="Password"><button class="btn" type="button" data-copy="#password">\
        \(Icon.copy.html(member.site.assets)) Copy</button></div>
        <p class="muted">It is shown only now.</p></div></div>
        <p><a class="btn" href="/users/\(user.id.text(.user))">To the account</a></p>
        """), status: .created)
  }

  private static func page(_ member: Member, _ form: Form) -> Response {
    let place = Place(rawValue: form.raw("place")) ?? .own
    let password = Field(
      name: "password", label: "Password",
      hint: "At least \(PasswordRule.shortest) characters. Left empty, one is made up for you.",
      isOptional: true,
      attributes: """
         minlength="\(PasswordRule.shortest)" maxlength="\(PasswordRule.longest)" \
        autocomplete="off" spellcheck="false" class="code" \
        data-message-short="At least \(PasswordRule.shortest) characters, or none at all."
        """)
    return member.visit.answer(
      Layout.page(
        "New user", in: .users, member, isNarrow: true,
        """
        \(form.summary)\(PageHead(title: "New user", crumbs: [("/users", "Users")]).html)
        <form class="form" method="post" action="/users/new" data-check>\
        \(member.formToken.input)
        <fieldset class="card group"><legend>Who</legend>
        \(Field(
          name: "name", label: "Name",
          attributes: " required maxlength=\"200\" data-message-required=\"Give a name.\"")
          .input(form))
        \(Field(
          name: "email", label: "E-mail address", type: "email", hint: "They sign in with it.",
          attributes: """
             required maxlength="320" data-message-required="Give an e-mail address." \
            data-message-type="This is not an e-mail address."
            """).input(form))
        \(password.input(form))</fieldset>
        <fieldset class="card group"><legend>Where and what</legend>
        <fieldset class="choices"><legend>Workspace</legend>
        \(Field.radio(
          "place", Place.own.rawValue, "A new one of their own",
          hint: "Their lists, senders and campaigns are seen by nobody else.",
          isChosen: place == .own))\
        \(Field.radio(
          "place", Place.here.rawValue, "This one, \(member.workspace.name)",
          hint: "They work with all that is in it.", isChosen: place == .here))</fieldset>
        \(Field.tick(
          "administrator", "Administrator",
          hint: "May see and change every account of this installation.",
          isTicked: form.isTicked("administrator")))</fieldset>
        <div class="form-actions"><button class="btn primary">Make the account</button></div></form>
        """), status: form.isGood ? .ok : .unprocessable)
  }
}
