import HTTP
import Model
import Octets
import Storage

extension Routes {
  mutating func addLog() {
    member(.get, "/log") { member in try await LogPage(member).answer() }
  }
}

/// `/log`: every try to deliver, with the server's own words, newest first.
struct LogPage {
  private let member: Member
  private static let pageSize = 50

  init(_ member: Member) { self.member = member }

  func answer() async throws -> Response {
    let request = member.request
    let onlyTrouble = request.query["show"] == "trouble"
    let rows = try await member.store.log.page(
      in: member.home, after: Cursor(request.query["after"], parts: 4).flatMap(Self.place),
      limit: Self.pageSize + 1, troubleOnly: onlyTrouble)
    let slice = PageSlice(rows, length: Self.pageSize, cursor: Self.cursor)
    let assets = member.site.assets
    let table: HTML =
      slice.shown.isEmpty
      ? EmptyState(
        icon: .log, title: onlyTrouble ? "No trouble" : "Nothing tried yet",
        sentence: onlyTrouble
          ? "Every try so far was accepted by the server."
          : "Each try to deliver a message is noted here with the server’s answer."
      ).html(assets)
      : self.table(slice.shown)
    let content: HTML = """
      \(PageHead(title: "Log", lede: "Every try to deliver, newest first").html)\
      \(Tabs(
        label: "Log", name: "show",
        choices: [(nil, "Everything", nil), ("trouble", "Only trouble", nil)]
      ).html(request))\
      <div class="card">\(table)\
      \(Pager(shown: slice.shown.count, next: slice.next, request: request).html(assets))</div>
      """
    return member.visit.answer(Layout.page("Log", in: .log, member, content))
  }

  private func table(_ rows: [LogRow]) -> HTML {
    """
    <div class="table-wrap" role="region" tabindex="0" aria-label="Tries"><table class="table">
    <thead><tr><th scope="col">When</th><th scope="col">Recipient</th><th scope="col">Result</th>\
    <th scope="col">Answer</th><th scope="col" class="opt">Server</th>\
    <th scope="col" class="end opt">Try</th></tr></thead><tbody>
    \(HTML.each(rows) { row in
      """
      <tr><td class="nowrap">\(Moment.html(row.finishedAt, in: member.zone))</td>\
      <td class="break"><a class="title" \
      href="/campaigns/\(row.campaign.text(.campaign))/deliveries/\(row.number)">\
      \(bytes: row.email)</a><small>\(row.campaignName)</small></td>\
      <td>\(Badge.of(row.state))</td><td class="break">\(LogAnswer.html(row))</td>\
      <td class="break opt">\(row.server)<small>\(row.sender ?? "removed sender")</small></td><td class="end num opt">\(row.attempt)</td></tr>
      """
    })</tbody></table></div>
    """
  }

  // MARK: Paging

  private static func cursor(_ row: LogRow) -> Cursor {
    Cursor([
      String(row.finishedAt.microseconds), row.campaign.text(.campaign), String(row.number),
      String(row.attempt),
    ])
  }

  private static func place(
    _ cursor: Cursor
  ) -> (finishedAt: Timestamp, campaign: Identifier, number: Int, attempt: Int)? {
    guard let finished = Int64(cursor.parts[0]),
      let campaign = Identifier(cursor.parts[1], .campaign), let number = Int(cursor.parts[2]),
      let attempt = Int(cursor.parts[3])
    else { return nil }
    return (Timestamp(microseconds: finished), campaign, number, attempt)
  }
}
