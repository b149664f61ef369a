import Model
import Octets
import TimeZones

extension CampaignFormPage {
  // MARK: Message

  var message: HTML {
    let isHTML = form.raw("format") == "html"
    return """
      <fieldset class="card group"><legend>What it says</legend>
      \(senderField)
      \(Field(
        name: "subject", label: "Subject",
        attributes: " required maxlength=\"900\" data-message-required=\"Write a subject.\""
      ).input(form))
      <fieldset class="choices"><legend>The message is</legend>\
      \(Field.radio("format", "text", "Plain text", isChosen: !isHTML))\
      \(Field.radio("format", "html", "HTML", isChosen: isHTML))</fieldset>
      \(Field(
        name: "body", label: "Message",
        attributes: " required data-message-required=\"Write the message.\""
      ).area(form, rows: 12, code: isHTML))
      \(textVersion)
      \(Field.tick(
        "personalise", "Personalise",
        hint: """
          Placeholders such as {{first_name}} or {{email}} are filled in from the columns of the \
          file or list. Without this tick they go out as they stand.
          """,
        isTicked: form.isTicked("personalise")))
      \(placeholders)
      <p class="hint">A line by which readers can leave the list is put under the message, unless \
      it holds {{unsubscribe_url}} already.</p>
      \(Field(
        name: "name", label: "Name of the campaign",
        hint: "For you alone. Left empty, it is called after its subject.", isOptional: true,
        attributes: " maxlength=\"200\""
      ).input(form))</fieldset>
      """
  }

  private var senderField: HTML {
    let field = Field(
      name: "sender", label: "From",
      attributes: " required data-message-required=\"Choose a sender.\""
    ).select(form, choices.senders.map { ($0.id.text(.sender), SenderLabel.text($0)) })
    guard let test = choices.sender(form.raw("sender"))?.lastTest, !test.passed else {
      return field
    }
    return """
      \(field)\(Field.tick(
        "anyway", "Send anyway", hint: "The sender's last test failed: \(test.answer)",
        isTicked: form.isTicked("anyway")))
      """
  }

  private var textVersion: HTML {
    let isOpen = !form.raw("text_body").isEmpty || form.fault(of: "text_body") != nil
    return """
      <details class="more" data-shows="format=html"\(HTML.when(isOpen, " open"))>\
      <summary>Plain-text version</summary><div>\
      \(Field(
        name: "text_body", label: "Message as plain text",
        hint: "For readers whose mail program shows no HTML. Left empty, it is made from the HTML.",
        isOptional: true
      ).area(form, rows: 8))</div></details>
      """
  }

  /// What the chosen file or list can fill in.
  private var placeholders: HTML {
    let names = (audience?.fieldNames ?? []).filter { !$0.isEmpty }.prefix(20)
    guard !names.isEmpty else { return "" }
    return """
      <p class="hint">This one has \
      \(HTML.each(names) { "<code>{{\($0)}}</code> " })</p>
      """
  }

  // MARK: Attachment

  var attachment: HTML {
    let isAttached = form.raw("attach") == "yes"
    let kept = campaign?.content.attachments.first
    let limit = member.site.settings.attachmentLimit
    let hint: HTML = """
      \(kept.map { kept in
        """
        <strong>\(kept.name)</strong> (\(Wording.size(kept.size))) is here. Choose another file to \
        replace it. 
        """ as HTML
      })Up to \(Wording.size(limit)). It goes with every message.
      """
    return """
      <fieldset class="card group"><legend>Attachment</legend>
      <fieldset class="choices"><legend>Attach a file?</legend>\
      \(Field.radio("attach", "no", "No", isChosen: !isAttached))\
      \(Field.radio("attach", "yes", "Yes", isChosen: isAttached))</fieldset>
      <div class="stack" data-shows="attach=yes">\
      \(Field(name: "attachment", label: "File to attach", hint: hint).around(form) { id, described in
        """
        <div class="drop" data-drop>\(Icon.attachment.html(assets))\
        <p class="drop-text">Drop a file here, or choose one</p>\
        <input type="file" id="\(id)" name="attachment" data-max-bytes="\(limit)"\(described)\
        \(HTML.when(kept == nil, """
         data-required data-message-required="Choose the file to attach, or answer No."
        """))></div>
        """
      })\
      \(Field(
        name: "attachment_name", label: "Name that readers see",
        hint: "With its ending, such as Price list.pdf. Left empty, the file keeps its own name.",
        isOptional: true, attributes: " maxlength=\"200\""
      ).input(form))</div></fieldset>
      """
  }

  // MARK: When

  var moment: HTML {
    let isLater = form.raw("when") == "later"
    let given = form.raw("zone")
    var zones = Zone.names
    if !given.isEmpty, !zones.contains(given) { zones.append(given) }
    return """
      <fieldset class="card group"><legend>When</legend>
      <fieldset class="choices"><legend>Send</legend>\
      \(Field.radio("when", "now", "Now", isChosen: !isLater))\
      \(Field.radio("when", "later", "At a time", isChosen: isLater))</fieldset>
      <div class="fields" data-shows="when=later">\
      \(Field(
        name: "at", label: "Day and time", type: "datetime-local",
        attributes: " data-required data-message-required=\"Give the day and the time.\""
      ).input(form))\
      \(Field(name: "zone", label: "Time zone").select(form, zones.map { ($0, $0) }))\
      \(twice)</div>
      \(inDoubt)</fieldset>
      """
  }

  /// Which of two moments that clocks show alike; asked only where it matters.
  private var twice: HTML {
    guard form.fault(of: "twice") != nil || !form.raw("twice").isEmpty else { return "" }
    return Field(name: "twice", label: "Which of the two").select(
      form,
      [
        ("", "Choose one"), ("first", "The first, before clocks are put back"),
        ("second", "The second, after clocks are put back"),
      ])
  }

  private var inDoubt: HTML {
    let isResent = form.raw("in_doubt") == InDoubtPolicy.resend.rawValue
    return """
      <details class="more"\(HTML.when(isResent, " open"))>\
      <summary>If a connection breaks at the very end of a message</summary>\
      <div class="stack"><p>Then nobody can know whether that message arrived.</p>\
      <fieldset class="choices"><legend>Such messages are</legend>\
      \(Field.radio(
        "in_doubt", InDoubtPolicy.hold.rawValue, "Held back",
        hint: "They are listed, and you decide. Nobody gets two copies.", isChosen: !isResent))\
      \(Field.radio(
        "in_doubt", InDoubtPolicy.resend.rawValue, "Sent again",
        hint: "Nobody is left out. A few people may get two copies.", isChosen: isResent))\
      </fieldset></div></details>
      """
  }
}
