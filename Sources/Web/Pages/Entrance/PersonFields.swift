import HTTP
import Model
import TimeZones

/// The fields by which a person makes an account, the same on all pages that do.
enum PersonFields {
  static func name(_ form: Form) -> HTML {
    Field(
      name: "name", label: "Your name", hint: "Recipients see it in the From line.",
      attributes:
        " required maxlength=\"200\" autocomplete=\"name\" data-message-required=\"Give your name.\""
    ).input(form)
  }

  static func email(_ form: Form, hint: HTML? = "You sign in with it.") -> HTML {
    Field(
      name: "email", label: "E-mail address", type: "email", hint: hint,
      attributes: """
         required maxlength="320" autocomplete="username" \
        data-message-required="Give your e-mail address." \
        data-message-type="This is not an e-mail address."
        """
    ).input(form)
  }

  /// The address where it cannot be chosen.
  static func fixedEmail(_ email: String) -> HTML {
    """
    <div class="field"><label for="email">E-mail address</label>\
    <input type="email" id="email" value="\(email)" autocomplete="username" readonly></div>
    """
  }

  static func newPassword(_ form: Form, label: String = "Password") -> HTML {
    Field(
      name: "password", label: label, type: "password",
      hint: """
        At least \(PasswordRule.shortest) characters. A few words in a row are easy to remember.
        """,
      attributes: """
         required minlength="\(PasswordRule.shortest)" maxlength="\(PasswordRule.longest)" \
        autocomplete="new-password" data-message-required="Choose a password." \
        data-message-short="Choose a password of at least \(PasswordRule.shortest) characters."
        """
    ).input(form)
  }

  static func presentPassword(
    _ form: Form, name: String = "password", label: String = "Password"
  ) -> HTML {
    Field(
      name: name, label: label, type: "password",
      attributes: """
         required autocomplete="current-password" data-message-required="Give your password."
        """
    ).input(form)
  }

  static func workspace(_ form: Form, hint: HTML? = nil) -> HTML {
    Field(
      name: "workspace", label: "Name of the workspace", hint: hint,
      attributes: """
         required maxlength="200" autocomplete="organization" \
        data-message-required="Give the workspace a name."
        """
    ).input(form)
  }

  /// The zones to choose from; one that is set already stays, however it is spelled.
  static func timeZone(_ form: Form) -> HTML {
    var names = Zone.names
    let chosen = form.raw("time_zone")
    if !names.contains(chosen), isZone(chosen) { names.insert(chosen, at: 0) }
    return Field(
      name: "time_zone", label: "Time zone", hint: "Pages show times in this zone."
    ).select(form, names.map { ($0, $0.replacing("_", with: " ")) })
  }

  static func isZone(_ name: String) -> Bool { (try? Zone(named: name)) != nil }
}

extension Form {
  mutating func personName() -> String { line("name", required: "Give your name.") }

  mutating func accountAddress() -> String {
    address("email", required: "Give your e-mail address.")
  }

  /// A password somebody chooses; not trimmed: blanks are part of it.
  mutating func chosenPassword(for email: String) -> String {
    let password = values["password"] ?? ""
    if password.isEmpty {
      note("password", "Choose a password.")
    } else if let refusal = PasswordRule.refusal(of: password, email: email) {
      note("password", refusal)
    }
    return password
  }

  mutating func workspaceName() -> String {
    line("workspace", required: "Give the workspace a name.")
  }

  mutating func timeZone() -> String {
    let name = line("time_zone", required: "Choose a time zone.", most: 100)
    if !name.isEmpty, !PersonFields.isZone(name) {
      note("time_zone", "Choose a time zone of the list.")
    }
    return name
  }

  /// Puts what was refused beside its field.
  mutating func note(_ refusal: Accounts.Refusal) {
    switch refusal {
    case .notAnAddress, .noSuchUser, .linkUsed: note("email", "\(refusal)")
    case .weakPassword(let sentence): note("password", sentence)
    case .addressTaken:
      note(
        "email",
        """
        Perhaps there is an account with this address already: sign in, or choose another address.
        """)
    }
  }
}
