import HTTP
import Model
import Storage

extension Routes {
  /// Every delivery of the workspace, and single messages.
  mutating func addQueue() {
    member(.get, "/queue") { member in try await QueuePage(member).answer() }
    member(.get, "/queue/new") { member in try await SingleMessage(member).new() }
    form("/queue") { member, form in try await SingleMessage(member).create(form) }
  }
}

/// `/queue`: what waits, what is under way, and what came of the rest, newest campaign first.
struct QueuePage {
  private let member: Member
  private static let pageSize = 50
  /// What the page shows at first: everything whose turn is still to come.
  private static let waiting: Set<DeliveryState> = [.queued, .sending, .deferred]

  init(_ member: Member) { self.member = member }

  func answer() async throws -> Response {
    let request = member.request
    let cursor = Cursor(request.query["after"], parts: 2)
    let after = cursor.flatMap { cursor in
      Identifier(cursor.parts[0], .campaign).flatMap { id in
        Int(cursor.parts[1]).map { (campaign: id, number: $0) }
      }
    }
    let rows = try await member.store.deliveries.queue(
      in: member.home, states: DeliveryFilter.states(request) ?? Self.waiting, after: after,
      limit: Self.pageSize + 1)
    let slice = PageSlice(rows, length: Self.pageSize) {
      Cursor([$0.campaign.text(.campaign), String($0.number)])
    }
    let assets = member.site.assets
    let totals = try await member.store.workspaces.totals(member.home)
    let waiting = Self.waiting.reduce(0) { $0 + totals.deliveries[$1] }
    let table: HTML =
      slice.shown.isEmpty
      ? EmptyState(
        icon: .queue, title: "Nothing here",
        sentence: request.query[DeliveryFilter.name] == nil
          ? "No message waits to be sent. They appear here when a campaign starts."
          : "No message is in this state.",
        action: ("/queue/new", "Write a single message")
      ).html(assets)
      : DeliveryTable(rows: slice.shown, member: member, namesCampaign: true, label: "Queue").html
    let content: HTML = """
      \(PageHead(
        title: "Queue", lede: "Every message of this workspace, the newest campaign first",
        actions: """
          <a class="btn" href="/queue/new">\(Icon.mail.html(assets)) Write a single message</a>
          """
      ).html)\
      \(DeliveryFilter.tabs(
        totals.deliveries, first: ("Waiting", waiting), label: "Messages by state", request))\
      <div class="card">\(table)\
      \(Pager(shown: slice.shown.count, next: slice.next, request: request).html(assets))</div>
      """
    return member.visit.answer(Layout.page("Queue", in: .queue, member, content))
  }
}
