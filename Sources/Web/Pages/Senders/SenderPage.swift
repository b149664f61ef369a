import Model

/// A sender to be set up or changed.
enum SenderPage {
  static func new(_ member: Member, _ form: Form) -> HTML {
    let head = PageHead(
      title: "New sender", crumbs: [("/senders", "Senders")],
      lede: "A mail account that messages leave through.")
    return Layout.page(
      "New sender", in: .senders, member, isNarrow: true,
      """
      \(form.summary)\(head.html)\(SenderPreset.tabs(member.request))\
      \(SenderHelp.html(form, opens: true))\(fields(member, form, "/senders", old: nil))
      """)
  }

  static func existing(
    _ member: Member, _ sender: Sender, _ form: Form, _ trial: SenderTrial,
    _ fallbacks: FallbackCard
  ) -> HTML {
    let address = "/senders/\(sender.id.text(.sender))"
    let remove = ActionButton(
      address: "\(address)/remove", label: "Remove", icon: .trash, kind: "danger",
      question: removalQuestion(sender), yes: "Remove the sender")
    let head = PageHead(
      title: sender.name, crumbs: [("/senders", "Senders")],
      lede: sender.kind == .sandbox
        ? "The sandbox: messages end in its <a href=\"/sandbox\">inbox</a>, nothing leaves this machine."
        : "\(sender.host), port \(sender.port)",
      actions: remove.html(member))
    return Layout.page(
      sender.name, in: .senders, member, isNarrow: true, refreshing: trial.isOpen ? 3 : nil,
      """
      \(form.summary)\(head.html)\(StoppedSender.notice(sender, member))\(trial.card)\
      \(HTML.when(
        sender.kind == .smtp, SenderHelp.html(form, opens: sender.lastTest?.passed == false)))\
      \(fields(member, form, address, old: sender))\(fallbacks.html)
      """)
  }

  static func removalQuestion(_ sender: Sender) -> String {
    """
    Remove the sender “\(sender.name)”? Its password is forgotten; campaigns that were sent with it \
    stay.
    """
  }

  private static func fields(
    _ member: Member, _ form: Form, _ address: String, old: Sender?
  ) -> HTML {
    """
    <form class="form" method="post" action="\(address)" data-check>\(member.formToken.input)
    \(kinds(form))\(account(form, old))\(identity(form))\(SenderLimitFields.html(form))\
    \(RetryFields.html(form))
    <div class="form-actions"><button class="btn primary">Save sender</button>\
    <a class="btn quiet" href="/senders">Cancel</a></div></form>
    """
  }

  private static func kinds(_ form: Form) -> HTML {
    let kind = form.raw("kind")
    return """
      <fieldset class="card group"><legend>Kind</legend>
      <fieldset class="choices" id="kind"><legend class="sr">Where messages go</legend>\
      \(Field.radio(
        "kind", "smtp", "SMTP account", hint: "Messages leave through a mail server.",
        isChosen: kind != "sandbox"))\
      \(Field.radio(
        "kind", "sandbox", "Sandbox",
        hint: "For trying things out: every message ends in the sandbox inbox here.",
        isChosen: kind == "sandbox"))</fieldset>
      \(Field(
        name: "name", label: "Name", hint: "What you call it here; recipients never see it.",
        attributes: """
           required maxlength="100" data-message-required="Give the sender a name."
          """
      ).input(form))</fieldset>
      """
  }

  private static func account(_ form: Form, _ old: Sender?) -> HTML {
    let mode = form.raw("security")
    let hasPassword = old?.sealedPassword != nil
    let passwordHint: HTML =
      hasPassword
      ? "Leave it empty to keep the one that is stored."
      : "It is stored encrypted and never shown again. For Gmail, an app password."
    return """
      <fieldset class="card group" data-shows="kind=smtp"><legend>Mail server</legend>
      <div class="fields">\(Field(
        name: "host", label: "Server", hint: "As in smtp.example.com.",
        attributes: """
           class="code" maxlength="253" autocapitalize="none" spellcheck="false" data-required \
          data-message-required="Give the mail server's name." pattern="[A-Za-z0-9._:\\-]+" \
          data-message-pattern="Give the server's name alone, such as smtp.example.com."
          """
      ).input(form))\
      \(Field(
        name: "port", label: "Port", type: "number", hint: "Usually 587 or 465.",
        attributes: """
           min="1" max="65535" data-required data-message-required="Give the port; 587 is usual."
          """
      ).input(form))</div>
      <fieldset class="choices" id="security"\
      \(HTML.when(form.fault(of: "security") != nil, " aria-describedby=\"security-error\""))>\
      <legend>Encryption (TLS)</legend>\
      \(HTML.each(SecurityMode.allCases) {
        Field.radio(
          "security", $0.rawValue, $0.label, hint: $0.explanation, isChosen: $0.rawValue == mode)
      })\(form.fault(of: "security").map {
        "<p class=\"error\" id=\"security-error\">\($0)</p>" as HTML
      })</fieldset>
      <div class="fields">\(Field(
        name: "user", label: "User name", hint: "Often the whole e-mail address.", isOptional: true,
        attributes: " maxlength=\"320\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\""
      ).input(form))\
      \(Field(
        name: "password", label: "Password", type: "password", hint: passwordHint, isOptional: true,
        attributes: " maxlength=\"1000\" autocomplete=\"new-password\""
      ).input(form))</div></fieldset>
      """
  }

  private static func identity(_ form: Form) -> HTML {
    """
    <fieldset class="card group"><legend>What recipients see</legend>
    <div class="fields">\(Field(
      name: "from_name", label: "From name", isOptional: true, attributes: " maxlength=\"100\""
    ).input(form))\
    \(Field(
      name: "from_address", label: "From address", type: "email",
      attributes: """
         required maxlength="320" \
        data-message-required="Give the address that messages come from."
        """
    ).input(form))</div>
    \(Field(
      name: "reply_to", label: "Reply-To", type: "email",
      hint: "Where answers go, if not to the From address.", isOptional: true,
      attributes: " maxlength=\"320\""
    ).input(form))</fieldset>
    """
  }
}
