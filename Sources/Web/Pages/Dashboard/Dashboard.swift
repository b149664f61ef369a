import HTTP
import Model
import Octets
import Storage
import TimeZones

extension Routes {
  /// What one sees first after signing in.
  mutating func addDashboard() {
    member(.get, "/") { member in
      member.visit.answer(try await Dashboard.load(member).page)
    }
  }
}

/// The workspace at a glance: what is there, what is under way, and what became of messages.
struct Dashboard {
  let member: Member
  let totals: WorkspaceTotals
  let senders: [Sender]
  let running: [Campaign]
  let recent: [Campaign]
  let chart: ActivityChart
  let schedule: ScheduleNotice

  private static let mostRunning = 5
  private static let mostRecent = 6

  static func load(_ member: Member) async throws -> Dashboard {
    let store = member.store
    let range = ActivityChart.Range.chosen(member.request)
    return Dashboard(
      member: member,
      totals: try await store.workspaces.totals(member.home),
      senders: try await store.senders.all(in: member.home),
      running: try await store.campaigns.page(
        in: member.home, states: [.preparing, .sending, .paused, .held], limit: mostRunning),
      recent: try await store.campaigns.page(in: member.home, limit: mostRecent),
      chart: ActivityChart(
        range: range,
        points: try await store.workspaces.activity(
          member.home, from: range.beginnings(now: member.now, in: member.zone), to: member.now),
        zone: member.zone),
      schedule: ScheduleNotice(
        isOn: try await store.settings.isScheduleOn(),
        isAnyoneWaiting: try await !store.campaigns.page(
          in: member.home, states: [.scheduled], limit: 1
        ).isEmpty))
  }

  var page: HTML {
    let isMoving = running.contains { $0.state == .preparing || $0.state == .sending }
    let isNew = totals.deliveries[.sent] == 0
    return Layout.page(
      "Dashboard", in: .dashboard, member, refreshing: isMoving ? 10 : nil,
      """
      \(PageHead(title: greeting, lede: "\(member.workspace.name)").html)\
      \(StoppedSender.notices(senders, member))\(schedule.html(member))\
      \(HTML.when(isNew, Checklist(totals: totals, senders: senders, recent: recent).html(member)))\
      <div id="figures" class="stack"\(HTML.when(isMoving, " data-refresh=\"5\""))>\
      \(holdings)\(messages)\(underWay)</div>\
      \(HTML.when(!isNew, chart.card(member)))\
      \(HTML.when(!recent.isEmpty, recentCampaigns))
      """)
  }

  private var greeting: String {
    let hour = member.zone.civil(at: member.now).hour
    let time =
      switch hour {
      case 5..<12: "Good morning"
      case 12..<18: "Good afternoon"
      default: "Good evening"
      }
    let name = Wording.short(member.user.name, 60)
    return name.isEmpty ? time : "\(time), \(name)"
  }

  // MARK: Totals

  private var holdings: HTML {
    """
    <dl class="stats">\
    \(tile("Recipients", totals.recipients, "/contacts"))\
    \(tile("Lists", totals.lists, "/lists"))\
    \(tile("Templates", totals.templates, "/templates"))\
    \(tile("Campaigns", totals.campaigns, "/campaigns"))</dl>
    """
  }

  /// Messages by state; states that are rare show only when they occur.
  private var messages: HTML {
    let always: [DeliveryState] = [.sent, .queued, .deferred, .failed]
    let rare: [DeliveryState] = [.sending, .unknown, .suppressed, .skipped, .cancelled]
    let shown = always + rare.filter { totals.deliveries[$0] > 0 }
    return """
      <dl class="stats" aria-label="Messages by state">\(HTML.each(shown) { state in
        let count = totals.deliveries[state]
        return tile(
          Badge.word(state), count, "/queue?state=\(state.word)",
          tint: count == 0 ? "" : Self.tint(state))
      })</dl>
      """
  }

  private static func tint(_ state: DeliveryState) -> String {
    switch state {
    case .sent: "ok"
    case .failed: "bad"
    case .deferred, .unknown: "warn"
    case .queued, .sending, .suppressed, .skipped, .cancelled: ""
    }
  }

  private func tile(_ label: String, _ count: Int, _ address: String, tint: String = "") -> HTML {
    """
    <div\(HTML.when(!tint.isEmpty, " class=\"\(tint)\""))><dt>\(label)</dt>\
    <dd class="num"><a href="\(address)">\(Wording.count(count))</a></dd></div>
    """
  }

  // MARK: Campaigns

  private var underWay: HTML {
    guard !running.isEmpty else { return "" }
    return """
      <section class="card" aria-labelledby="h-running"><header class="card-head">\
      <h2 id="h-running">Under way</h2></header><div class="card-body stack">\
      \(HTML.each(running, progress))</div></section>
      """
  }

  private func progress(_ campaign: Campaign) -> HTML {
    let counts = campaign.counts
    let percent = counts.total == 0 ? 0 : counts.processed * 100 / counts.total
    return """
      <div class="stack"><div class="row"><a class="grow break strong" \
      href="/campaigns/\(campaign.id.text(.campaign))">\(campaign.name)</a>\
      \(Badge.of(campaign.state)) <span class="num muted">\(Wording.count(counts.processed)) of \
      \(Wording.count(counts.total))</span></div>\
      <progress class="thin" value="\(counts.processed)" max="\(max(1, counts.total))" \
      aria-label="\(percent) percent of \(Wording.short(campaign.name, 80))"></progress></div>
      """
  }

  private var recentCampaigns: HTML {
    """
    <div class="card"><header class="card-head"><h2>Recent campaigns</h2>\
    <a href="/campaigns">All campaigns</a></header>
    <div class="table-wrap" role="region" tabindex="0" aria-label="Recent campaigns">
    <table class="table"><thead><tr><th scope="col">Campaign</th><th scope="col">State</th>\
    <th scope="col" class="end">Sent</th><th scope="col" class="end opt">Of</th>\
    <th scope="col" class="opt">Begun</th></tr></thead>
    <tbody>\(HTML.each(recent) { campaign in
      """
      <tr><td class="break"><a class="title" href="/campaigns/\(campaign.id.text(.campaign))">\
      \(campaign.name)</a><small>\(Wording.short(campaign.content.subject, 100))</small></td>\
      <td>\(Badge.of(campaign.state))</td>\
      <td class="end num">\(Wording.count(campaign.counts[.sent]))</td>\
      <td class="end num opt">\(Wording.count(campaign.counts.total))</td>\
      <td class="nowrap opt">\(Moment.html(campaign.startedAt ?? campaign.createdAt, in: member.zone))\
      </td></tr>
      """
    })</tbody></table></div></div>
    """
  }
}
