/// What people need to know about the big providers before their first message leaves.
enum SenderHelp {
  /// `opens`: show the provider's part at once, as where nothing works yet.
  static func html(_ form: Form, opens: Bool) -> HTML {
    let host = opens ? form.raw("host").lowercased() : ""
    return """
      <div class="card"><div class="card-body stack">
      <h2>Where to find these settings</h2>
      \(gmail(isOpen: host.hasSuffix("gmail.com") || host.hasSuffix("googlemail.com")))\
      \(outlook(isOpen: host.hasSuffix("office365.com") || host.hasSuffix("outlook.com")))\
      \(own)</div></div>
      """
  }

  private static func gmail(isOpen: Bool) -> HTML {
    """
    <details class="more"\(HTML.when(isOpen, " open"))>\
    <summary>Gmail: make an app password</summary><div class="stack">
    <p>Gmail does not take your usual password here; it answers “535 Username and Password not \
    accepted”. Make an app password, which works for this program only:</p>
    <ol><li>Switch on 2-Step Verification in your Google Account, under Security.</li>
    <li>Open <a href="https://myaccount.google.com/apppasswords" rel="noopener noreferrer" \
    target="_blank">App passwords</a> and make one, called Martlet for instance.</li>
    <li>Copy its 16 letters into the password field below. The blanks between them do not \
    matter.</li></ol>
    <p>Server <code>smtp.gmail.com</code>, port 587, STARTTLS; the user name is your whole address. \
    Google lets a free account write to about 500 people a day, so keep the limit per hour low. In \
    a company's account an administrator may have to allow app passwords.</p></div></details>
    """
  }

  private static func outlook(isOpen: Bool) -> HTML {
    """
    <details class="more"\(HTML.when(isOpen, " open"))>\
    <summary>Outlook and Microsoft 365</summary><div class="stack">
    <p>Server <code>smtp.office365.com</code>, port 587, STARTTLS; the user name is your whole \
    address. An administrator has to switch on “Authenticated SMTP” for the mailbox. With \
    multi-factor sign-in an app password is needed; private outlook.com accounts no longer take \
    passwords from other programs.</p></div></details>
    """
  }

  private static let own: HTML = """
    <details class="more"><summary>Any other server</summary><div class="stack">
    <p>Your provider's help pages name the server for outgoing mail (SMTP), its port, and whether \
    it wants STARTTLS (usually port 587) or TLS from the start (usually port 465). The user name is \
    often the whole e-mail address.</p>
    <p>Servers on this machine or in a private network are reached only if the operator of this \
    installation allows it.</p></div></details>
    """
}
