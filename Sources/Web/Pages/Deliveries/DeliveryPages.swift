import HTTP
import Model
import Octets
import Storage

extension Routes {
  /// A campaign's deliveries: the list, one of them, and “Send now”.
  mutating func addDeliveries() {
    member(.get, "/campaigns/{id}/deliveries") { member in
      try await DeliveryPages(member).list()
    }
    member(.get, "/campaigns/{id}/deliveries/{number}") { member in
      try await DeliveryPages(member).one()
    }
    form("/campaigns/{id}/deliveries/{number}/send-now") { member, _ in
      try await DeliveryPages(member).sendNow()
    }
  }
}

/// The pages about a campaign's single recipients.
struct DeliveryPages {
  private let member: Member
  private static let pageSize = 50

  init(_ member: Member) { self.member = member }

  private func campaign() async throws -> Campaign {
    let key = CampaignKey(workspace: member.home, campaign: try member.identifier(.campaign))
    guard let campaign = try await member.store.campaigns.find(key) else {
      throw PageError.notFound
    }
    return campaign
  }

  private func number() throws -> Int {
    guard let number = member.request.parameters["number"].flatMap({ Int($0) }), number > 0 else {
      throw PageError.notFound
    }
    return number
  }

  // MARK: The list

  func list() async throws -> Response {
    let campaign = try await campaign()
    let request = member.request
    let search = request.query["q"].flatMap { $0.isEmpty ? nil : $0 }
    let after = Cursor(request.query["after"], parts: 1).flatMap { Int($0.parts[0]) } ?? 0
    let rows = try await member.store.deliveries.page(
      of: campaign.key, states: DeliveryFilter.states(request), search: search, after: after,
      limit: Self.pageSize + 1)
    let slice = PageSlice(rows, length: Self.pageSize) { Cursor([String($0.number)]) }
    let assets = member.site.assets
    let id = campaign.id.text(.campaign)
    let table: HTML =
      slice.shown.isEmpty
      ? EmptyState(
        icon: .mail, title: campaign.counts.total == 0 ? "No recipients yet" : "Nobody here",
        sentence: campaign.counts.total == 0
          ? "The recipients are listed as soon as the campaign starts."
          : "No recipient of this campaign matches."
      ).html(assets)
      : DeliveryTable(rows: slice.shown, member: member, label: "Deliveries").html
    let pager = Pager(shown: slice.shown.count, next: slice.next, request: request).html(assets)
    let content: HTML = """
      \(PageHead(
        title: "Deliveries",
        crumbs: [("/campaigns", "Campaigns"), ("/campaigns/\(id)", campaign.name)],
        lede: "\(Wording.count(campaign.counts.total, "recipient", "recipients")) of this campaign",
        actions: reportLink(id)
      ).html)\
      \(DeliveryFilter.tabs(
        campaign.counts, first: ("All", campaign.counts.total), label: "Deliveries by state", request))\
      \(DeliveryFilter.search(request, label: "Deliveries", assets))\
      <div class="card">\(table)\(pager)</div>
      """
    return member.visit.answer(
      Layout.page("Deliveries of \(campaign.name)", in: .campaigns, member, content))
  }

  private func reportLink(_ id: String) -> HTML {
    """
    <a class="btn" href="/campaigns/\(id)/report.csv">\(Icon.download.html(member.site.assets)) \
    Download the report</a>
    """
  }

  // MARK: One

  func one() async throws -> Response {
    let campaign = try await campaign()
    guard
      let found = try await member.store.deliveries.find(campaign.key, try number())
    else { throw PageError.notFound }
    let row = found.row
    let id = campaign.id.text(.campaign)
    let retries = try await RetryOutlook.load(campaign, row, member)
    let canGo = row.state == .queued || row.state == .deferred
    let content: HTML = """
      \(PageHead(
        title: String(decoding: row.email, as: UTF8.self),
        crumbs: [
          ("/campaigns", "Campaigns"), ("/campaigns/\(id)", campaign.name),
          ("/campaigns/\(id)/deliveries", "Deliveries"),
        ],
        lede: Badge.of(row.state),
        actions: canGo
          ? ActionButton(
            address: "/campaigns/\(id)/deliveries/\(row.number)/send-now", label: "Send now",
            icon: .send
          ).html(member) : nil
      ).html)\
      <section class="card" aria-label="What became of it"><div class="card-body">\
      <dl class="facts">\(facts(row, retries))</dl></div></section>\
      \(attempts(found.attempts))
      """
    return member.visit.answer(
      Layout.page("Delivery", in: .campaigns, member, content))
  }

  private func facts(_ row: QueueRow, _ retries: RetryOutlook?) -> HTML {
    var facts: [(String, HTML)] = [
      ("Place in the line", "\(Wording.count(row.number))"),
      ("Tries", "\(row.attempts)"),
    ]
    if !row.reason.isEmpty { facts.append(("Reason", HTML(text: row.reason))) }
    if let code = row.code { facts.append(("Code", "\(code) \(row.enhancedCode)")) }
    if let due = row.dueAt, !row.state.isFinal {
      facts.append(
        ("Next try", "\(Moment.html(due, in: member.zone))\(retries?.html(member))"))
    }
    if let finished = row.finishedAt {
      facts.append(("Last try ended", Moment.html(finished, in: member.zone)))
    }
    return HTML.each(facts) { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }
  }

  private func attempts(_ attempts: [LogRow]) -> HTML {
    let body: HTML =
      attempts.isEmpty
      ? "<p class=\"empty-line\">It has not been tried yet.</p>"
      : """
      <div class="table-wrap" role="region" tabindex="0" aria-label="Tries"><table class="table">
      <thead><tr><th scope="col">Try</th><th scope="col">Ended</th><th scope="col">Result</th>\
      <th scope="col">Sender</th><th scope="col">Server</th><th scope="col">Answer</th></tr></thead><tbody>
      \(HTML.each(attempts) { attempt in
        """
        <tr><td class="num">\(attempt.attempt)</td>\
        <td class="nowrap">\(Moment.html(attempt.finishedAt, in: member.zone))</td>\
        <td>\(Badge.of(attempt.state))</td>\
        <td class="break">\(attempt.sender ?? "removed")</td><td class="break">\(attempt.server)</td>\
        <td class="break">\(LogAnswer.html(attempt))</td></tr>
        """
      })</tbody></table></div>
      """
    return """
      <div class="card"><header class="card-head"><h2>Every try</h2></header>\(body)</div>
      """
  }

  // MARK: Send now

  func sendNow() async throws -> Response {
    let campaign = try await campaign()
    let number = try number()
    let back = "/campaigns/\(campaign.id.text(.campaign))/deliveries/\(number)"
    guard campaign.state == .sending else {
      return member.redirect(
        to: back,
        Notice("The campaign is not sending now. Resume it, then this message can go first.", .bad))
    }
    let isMoved = try await member.store.deliveries.sendNow(
      campaign.key, number, now: member.now)
    return member.redirect(
      to: back,
      isMoved
        ? Notice("This message goes next.")
        : Notice("This message is not waiting any more, so nothing was changed.", .bad))
  }
}

/// What a server answered at one try, or what we say in its place.
enum LogAnswer {
  static func html(_ row: LogRow) -> HTML {
    let code = row.code.map { "\($0) " } ?? ""
    let enhanced = row.enhancedCode.isEmpty ? "" : "\(row.enhancedCode) "
    let reason = row.reason.isEmpty || row.answer.isEmpty ? row.reason : "\(row.reason): "
    return "\(code)\(enhanced)\(reason)\(bytes: row.answer)"
  }
}
