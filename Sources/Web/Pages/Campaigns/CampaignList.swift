import HTTP
import Model
import Octets
import Storage

/// `/campaigns`: all campaigns, newest first.
struct CampaignList {
  private let member: Member
  private static let pageSize = 50

  /// What a tab shows, by its word in the query.
  private static let tabs: [(word: String?, label: String, states: Set<CampaignState>?)] = [
    (nil, "All", nil),
    ("draft", "Drafts", [.draft, .awaitingApproval]),
    ("scheduled", "Scheduled", [.scheduled]),
    ("sending", "Sending", [.preparing, .sending]),
    ("paused", "Paused", [.paused, .held]),
    ("sent", "Sent", [.sent]),
    ("failed", "Failed", [.failed]),
    ("cancelled", "Cancelled", [.cancelled]),
    ("archived", "Archived", nil),
  ]

  init(_ member: Member) { self.member = member }

  func answer() async throws -> Response {
    let request = member.request
    let tab = Self.tabs.first { $0.word == request.query["state"] }
    let search = request.query["q"].flatMap { $0.isEmpty ? nil : $0 }
    let after = Cursor(request.query["after"], parts: 1)
      .flatMap { Identifier($0.parts[0], .campaign) }
    let found = try await member.store.campaigns.page(
      in: member.home, states: tab?.states, archived: tab?.word == "archived", search: search,
      after: after, limit: Self.pageSize + 1)
    let slice = PageSlice(found, length: Self.pageSize) { Cursor([$0.id.text(.campaign)]) }
    let assets = member.site.assets
    let isNarrowed = search != nil || tab?.word != nil || after != nil
    let content: HTML = """
      \(PageHead(
        title: "Campaigns", lede: "One message to many people, each with what became of it",
        actions: """
          <a class="btn primary" href="/campaigns/new">\(Icon.plus.html(assets)) New campaign</a>
          """
      ).html)\
      \(Tabs(
        label: "Campaigns by state", name: "state",
        choices: Self.tabs.map { ($0.word, $0.label, nil) }
      ).html(request))\
      \(searchForm(search))\
      <div class="card">\
      \(slice.shown.isEmpty ? empty(isNarrowed) : table(slice.shown))\
      \(Pager(shown: slice.shown.count, next: slice.next, request: request).html(assets))</div>
      """
    return member.visit.answer(Layout.page("Campaigns", in: .campaigns, member, content))
  }

  private func searchForm(_ search: String?) -> HTML {
    let state: HTML =
      member.request.query["state"].map {
        "<input type=\"hidden\" name=\"state\" value=\"\($0)\">"
      } ?? ""
    return """
      <form class="filters" method="get" action="/campaigns" role="search" aria-label="Campaigns">\
      \(state)<label class="search"><span class="sr">Name or subject</span>\
      \(Icon.search.html(member.site.assets))<input type="search" name="q" maxlength="200" \
      placeholder="Name or subject" value="\(search ?? "")"></label>\
      <button class="btn">Search</button>\
      \(HTML.when(search != nil, "<a class=\"btn quiet\" href=\"/campaigns\">Clear</a>"))</form>
      """
  }

  private func empty(_ isNarrowed: Bool) -> HTML {
    let assets = member.site.assets
    return isNarrowed
      ? EmptyState(
        icon: .send, title: "No campaign matches",
        sentence: "Choose another tab, or search for something else."
      ).html(assets)
      : EmptyState(
        icon: .send, title: "No campaigns yet",
        sentence: "A campaign is one message to the people of a file or a list.",
        action: ("/campaigns/new", "New campaign")
      ).html(assets)
  }

  private func table(_ campaigns: [Campaign]) -> HTML {
    """
    <div class="table-wrap" role="region" tabindex="0" aria-label="Campaigns">\
    <table class="table"><thead><tr><th scope="col">Campaign</th><th scope="col">State</th>\
    <th scope="col">Progress</th><th scope="col" class="opt">When</th></tr></thead><tbody>
    \(HTML.each(campaigns, row))</tbody></table></div>
    """
  }

  private func row(_ campaign: Campaign) -> HTML {
    """
    <tr><td><a class="title" href="\(campaign.address)">\(campaign.name)</a>\
    <small>\(campaign.content.subject)</small></td>\
    <td>\(Badge.of(campaign.state))</td><td>\(progress(campaign))</td>\
    <td class="opt">\(when(campaign))</td></tr>

    """
  }

  private func progress(_ campaign: Campaign) -> HTML {
    let counts = campaign.counts
    guard counts.total > 0 else { return "<span class=\"muted\">–</span>" }
    let troubles = counts[.failed] + counts[.unknown]
    let percent = Wording.percent(counts.processed, of: counts.total)
    let bar: HTML =
      counts.isFinished
      ? ""
      : """
      <progress class="thin" value="\(counts.processed)" max="\(counts.total)" \
      aria-label="\(percent) percent done"></progress>
      """
    let note =
      troubles > 0 ? "\(Wording.count(troubles)) not delivered" : "\(percent)% done"
    return """
      <span class="num">\(Wording.count(counts[.sent]))</span> of \
      <span class="num">\(Wording.count(counts.total))</span> sent\(bar)<small>\(note)</small>
      """
  }

  /// What last happened, or will, and when.
  private func when(_ campaign: Campaign) -> HTML {
    let (label, moment): (String, Timestamp?) =
      switch campaign.state {
      case .draft, .awaitingApproval: ("Made", campaign.createdAt)
      case .scheduled: ("Goes out", campaign.scheduledAt)
      case .preparing, .sending, .paused, .held:
        ("Started", campaign.startedAt ?? campaign.createdAt)
      case .sent, .failed, .cancelled: ("Ended", campaign.finishedAt)
      }
    return "\(label)<small>\(Moment.html(moment, in: member.zone))</small>"
  }
}
