import HTTP
import Model
import Octets
import Storage

/// `/campaigns/new` and `/campaigns/{id}/edit`: the form before it is sent.
struct CampaignEditing {
  private let member: Member

  init(_ member: Member) { self.member = member }

  func new() async throws -> Response {
    let choices = try await CampaignChoices.load(for: member)
    guard let sender = choices.firstSender else { return withoutSender }
    let list = member.request.query["list"] ?? ""
    let isList = choices.lists.contains { $0.id.text(.list) == list }
    var values: [(String, String)] = [
      ("id", Identifier.new().text(.campaign)), ("name", ""), ("source", isList ? "list" : "file"),
      ("column", ""),
      ("list", isList ? list : ""), ("sender", sender.id.text(.sender)), ("subject", ""),
      ("format", "text"), ("body", ""), ("text_body", ""), ("personalise", "yes"),
      ("attach", "no"), ("attachment_name", ""), ("in_doubt", InDoubtPolicy.hold.rawValue),
      ("template", ""),
    ]
    values += SendTime.fields(nil, in: "", standard: member.zone)
    let page = CampaignFormPage(
      member: member, form: Form(showing: try await filled(values)), choices: choices)
    return member.visit.answer(page.html)
  }

  func edit(_ campaign: Campaign) async throws -> Response {
    guard campaign.isEditable else { return member.visit.answer(locked(campaign)) }
    let choices = try await CampaignChoices.load(for: member)
    let audience = try await member.store.audiences.find(campaign.audience, in: member.home)
    let place = DraftFile(audience, in: member.site.settings.uploads)
    let content = campaign.content
    let isList = audience.map { $0.state != .empty } ?? false
    var values: [(String, String)] = [
      ("name", campaign.name), ("source", isList ? "list" : "file"),
      ("column", place?.chosenColumn ?? ""), ("list", isList ? campaign.audience.text(.list) : ""),
      ("sender", campaign.sender.text(.sender)), ("subject", content.subject),
      ("format", content.html == nil ? "text" : "html"),
      ("body", String(decoding: content.html ?? content.text ?? [], as: UTF8.self)),
      (
        "text_body",
        content.html == nil ? "" : String(decoding: content.text ?? [], as: UTF8.self)
      ),
      ("attach", content.attachments.isEmpty ? "no" : "yes"),
      ("attachment_name", content.attachments.first?.name ?? ""),
      ("in_doubt", campaign.inDoubt.rawValue),
      ("template", campaign.template?.text(.template) ?? ""),
    ]
    if content.isPersonalised { values.append(("personalise", "yes")) }
    values += SendTime.fields(
      campaign.scheduledAt, in: campaign.timeZone, standard: member.zone)
    var page = CampaignFormPage(
      member: member, form: Form(showing: try await filled(values)), choices: choices)
    page.campaign = campaign
    page.audience = audience
    page.file = place
    return member.visit.answer(page.html)
  }

  /// The fields with subject and body of the template that the address names, if it names one.
  private func filled(_ values: [(String, String)]) async throws -> [(String, String)] {
    guard let id = member.request.query["template"].flatMap({ Identifier($0, .template) }),
      let template = try await member.store.templates.find(id, in: member.home)
    else { return values }
    func text(_ octets: [UInt8]?) -> String { String(decoding: octets ?? [], as: UTF8.self) }
    let fresh: [String: String] = [
      "subject": template.subject, "format": template.html == nil ? "text" : "html",
      "body": text(template.html ?? template.text),
      "text_body": template.html == nil ? "" : text(template.text),
      "template": id.text(.template),
    ]
    return values.map { ($0.0, fresh[$0.0] ?? $0.1) }
  }

  private var withoutSender: Response {
    let content: HTML = """
      \(PageHead(title: "New campaign", crumbs: [("/campaigns", "Campaigns")]).html)\
      <div class="card">\(EmptyState(
        icon: .senders, title: "Add a sender first",
        sentence: "A sender is the mail account that messages leave through.",
        action: ("/senders/new", "Add a sender")
      ).html(member.site.assets))</div>
      """
    return member.visit.answer(Layout.page("New campaign", in: .campaigns, member, content))
  }

  private func locked(_ campaign: Campaign) -> HTML {
    Layout.page(
      "Edit \(campaign.name)", in: .campaigns, member, isNarrow: true,
      """
      \(PageHead(
        title: "This campaign cannot be edited",
        crumbs: [("/campaigns", "Campaigns"), (campaign.address, campaign.name)]).html)\
      <div class="card"><div class="card-body stack">\
      <p>It has begun, and everybody on its list gets the same message. What is still to come can \
      be paused or cancelled; how fast it goes out is set with its sender.</p>\
      <p class="row"><a class="btn primary" href="\(campaign.address)">To the campaign</a>\
      \(ActionButton(
        address: "\(campaign.address)/copy", label: "Edit a copy", icon: .copy
      ).html(member))</p></div></div>
      """)
  }
}

extension Campaign {
  /// Whether its content may still be changed.
  var isEditable: Bool { kind == .campaign && (state == .draft || state == .scheduled) }
}
