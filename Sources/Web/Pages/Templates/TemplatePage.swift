import Model

/// A template to be written or changed.
enum TemplatePage {
  static func new(_ member: Member, _ form: Form) -> HTML {
    let head = PageHead(
      title: "New template", crumbs: [("/templates", "Templates")],
      lede: "A subject and a body that any number of campaigns can begin from.")
    return Layout.page(
      "New template", in: .templates, member, isNarrow: true,
      "\(form.summary)\(head.html)\(fields(member, form, "/templates"))")
  }

  static func existing(_ member: Member, _ template: MailTemplate, _ form: Form) -> HTML {
    let id = template.id.text(.template)
    let address = "/templates/\(id)"
    let assets = member.site.assets
    let copy = ActionButton(address: "\(address)/copy", label: "Copy", icon: .copy)
    let remove = ActionButton(
      address: "\(address)/remove", label: "Delete", icon: .trash, kind: "danger",
      question: removalQuestion(template), yes: "Delete the template")
    let head = PageHead(
      title: template.name, crumbs: [("/templates", "Templates")],
      lede: "Changed \(Moment.html(template.changedAt, in: member.zone))",
      actions: """
        \(remove.html(member))\(copy.html(member))\
        <a class="btn" href="\(address)/preview">\(Icon.eye.html(assets)) Preview</a>\
        <a class="btn" href="/campaigns/new?template=\(id)">\(Icon.send.html(assets)) \
        Use in a campaign</a>
        """)
    return Layout.page(
      template.name, in: .templates, member, isNarrow: true,
      "\(form.summary)\(head.html)\(fields(member, form, address))")
  }

  static func removalQuestion(_ template: MailTemplate) -> String {
    """
    Delete the template “\(template.name)”? Campaigns that began from it keep their text. The \
    template cannot be brought back.
    """
  }

  private static func fields(_ member: Member, _ form: Form, _ address: String) -> HTML {
    let isText = form.raw("format") == "text"
    return """
      <form class="form" method="post" action="\(address)" data-check>\(member.formToken.input)
      <fieldset class="card group"><legend>Template</legend>
      \(Field(
        name: "name", label: "Name", hint: "What you call it here; recipients never see it.",
        attributes: """
           required maxlength="200" data-message-required="Give the template a name."
          """
      ).input(form))
      \(Field(
        name: "subject", label: "Subject",
        hint: "Columns of the list can stand in it, as in <code>Hello {{ first_name }}</code>.",
        attributes: " required maxlength=\"900\" data-message-required=\"Write a subject.\""
      ).input(form))
      <fieldset class="choices" id="format"><legend>The body is</legend>\
      \(Field.radio(
        "format", "html", "HTML", hint: "With colours, pictures and links.", isChosen: !isText))\
      \(Field.radio("format", "text", "Plain text", hint: "As it is written.", isChosen: isText))\
      </fieldset>
      \(Field(
        name: "body", label: "Body",
        hint: """
          <code>{{ first_name | default: "friend" }}</code> gives each reader their own; \
          <code>{% if city %}…{% endif %}</code> leaves parts out.
          """,
        attributes: """
           required spellcheck="true" data-message-required="Write what the message says."
          """
      ).area(form, rows: 18, code: true))
      \(textVersion(form))</fieldset>
      <div class="form-actions"><button class="btn primary">Save template</button>\
      <a class="btn quiet" href="/templates">Cancel</a></div></form>
      """
  }
  private static func textVersion(_ form: Form) -> HTML {
    let isOpen = !form.raw("text_body").isEmpty || form.fault(of: "text_body") != nil
    return """
      <details class="more" data-shows="format=html"\(HTML.when(isOpen, " open"))>\
      <summary>Plain-text version</summary><div>\
      \(Field(
        name: "text_body", label: "Body as plain text",
        hint: "For readers whose mail program shows no HTML. Left empty, it is made from the HTML.",
        isOptional: true
      ).area(form, rows: 8))</div></details>
      """
  }
}
