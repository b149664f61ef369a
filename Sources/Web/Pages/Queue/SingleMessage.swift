import Compose
import HTTP
import MIME
import Model
import Octets
import Storage

/// `/queue/new`: one message to one recipient, through the same engine as a campaign.
struct SingleMessage {
  private let member: Member

  init(_ member: Member) { self.member = member }

  func new() async throws -> Response {
    member.visit.answer(
      try await page(
        Form(showing: [
          ("id", Identifier.new().text(.campaign)), ("kind", "text"), ("personal", "yes"),
        ])))
  }

  private func page(_ form: Form) async throws -> HTML {
    let senders = try await member.store.senders.all(in: member.home)
    let content: HTML = """
      \(form.summary)\(PageHead(
        title: "Write a single message", crumbs: [("/queue", "Queue")],
        lede: "To one recipient. It is listed in the queue and in the log like any other."
      ).html)
      <form class="form" method="post" action="/queue" data-check>\(member.formToken.input)\
      <input type="hidden" name="id" value="\(form.raw("id"))">
      <fieldset class="card group"><legend>Message</legend>
      \(Field(name: "sender", label: "From", attributes: " required").select(
        form, senders.map { ($0.id.text(.sender), SenderLabel.text($0)) }))\
      \(Field(
        name: "to", label: "To", type: "email",
        attributes: """
           required maxlength="320" autocomplete="off" \
          data-message-required="Say who gets the message."
          """
      ).input(form))\
      \(Field(
        name: "subject", label: "Subject",
        attributes: " required maxlength=\"900\" data-message-required=\"Write a subject.\""
      ).input(form))\
      \(Field(
        name: "body", label: "Body",
        attributes: " required data-message-required=\"Write a body.\""
      ).area(form, rows: 10))
      <fieldset class="choices"><legend>The body is</legend>\
      \(Field.radio("kind", "text", "Plain text", isChosen: form.raw("kind") != "html"))\
      \(Field.radio("kind", "html", "HTML", isChosen: form.raw("kind") == "html"))</fieldset>
      \(Field.tick(
        "personal", "This is a personal or business message",
        hint: "Without this tick it is treated as a mailing and gets a line for opting out.",
        isTicked: form.isTicked("personal")))
      </fieldset>
      <div class="form-actions"><button class="btn primary">Send</button>\
      <a class="btn quiet" href="/queue">Cancel</a></div></form>
      """
    return Layout.page(
      "Write a single message", in: .queue, member, isNarrow: true, content)
  }

  func create(_ given: Form) async throws -> Response {
    var form = given
    let to = form.address("to", required: "Say who gets the message.")
    let subject = form.line("subject", required: "Write a subject.", most: 900)
    let body = form.text("body", required: "Write a body.")
    var sender: Sender?
    if let id = Identifier(form.raw("sender"), .sender) {
      sender = try await member.store.senders.find(id, in: member.home)
    }
    if sender == nil { form.note("sender", "Choose who it is from.") }
    if let chosen = sender, chosen.fromAddress.isEmpty {
      form.note("sender", "This sender has no From address yet. Open Senders and add one.")
    }
    guard form.isGood, let sender else {
      return member.visit.answer(try await page(form), status: .unprocessable)
    }
    let id = Identifier(form.raw("id"), .campaign) ?? .new()
    // Whoever presses the button twice means one message.
    let key = CampaignKey(workspace: member.home, campaign: id)
    if let sent = try await member.store.campaigns.find(key) {
      return member.redirect(to: sent.address, .wasSentBefore)
    }
    let isHTML = form.raw("kind") == "html"
    let octets = Array(body.utf8)
    let content = CampaignContent(
      subject: subject, html: isHTML ? octets : nil, text: isHTML ? nil : octets,
      from: SenderLabel.from(sender), replyTo: sender.replyTo,
      isTransactional: form.isTicked("personal"), isPersonalised: false)
    let campaign = try await store(content, as: id, to: to, from: sender)
    // Its delivery has no page before the engine has made it.
    return member.redirect(to: campaign.address, Notice("The message is on its way."))
  }

  /// A campaign of one recipient, whose audience needs no file.
  private func store(
    _ content: CampaignContent, as id: Identifier, to address: String, from sender: Sender
  ) async throws -> Campaign {
    let email = try EmailAddress(Array(address.utf8)[...])
    let audience = Audience(
      id: .new(), workspace: member.home, file: "", fieldNames: ["email"], emailColumn: 0,
      offset: 0, line: 2, name: address, kind: .single, createdAt: member.now)
    var fields: [UInt8] = []
    FieldList.append([email.wire[...]], to: &fields)
    var campaign = Campaign(
      id: id, workspace: member.home, name: content.subject, state: .preparing,
      content: content, sender: sender.id, audience: audience.id, inDoubt: .hold,
      createdAt: member.now)
    campaign.kind = .single
    campaign.createdBy = member.user.email
    try await member.store.audiences.addSingle(
      audience,
      recipient: AudienceRow(
        line: 1, email: email.wire, key: email.key, fields: fields, refusal: nil),
      now: member.now)
    try await member.store.campaigns.add(campaign, now: member.now)
    return campaign
  }
}
