import Model
import Octets
import Storage

/// What could not be delivered, put together by its reason.
struct UndeliveredTable {
  struct Group: Equatable {
    let state: DeliveryState
    let code: String
    /// Hostile: a server may have written it.
    let reason: String
    var count: Int
    /// One of them, to look at.
    let number: Int
  }

  let campaign: Campaign
  let groups: [Group]
  /// Whether there is more than was looked at.
  let isCut: Bool

  /// Enough to see what the matter is; the list and the report have them all.
  private static let most = 500
  private static let mostGroups = 8

  static func load(of campaign: Campaign, for member: Member) async throws -> UndeliveredTable? {
    let counts = campaign.counts
    guard counts[.failed] + counts[.unknown] + counts[.skipped] > 0 else { return nil }
    let rows = try await member.store.deliveries.page(
      of: campaign.key, states: [.failed, .unknown, .skipped], after: 0, limit: most + 1)
    guard !rows.isEmpty else { return nil }
    return UndeliveredTable(
      campaign: campaign, groups: group(rows.prefix(most)), isCut: rows.count > most)
  }

  /// The most frequent reasons first.
  static func group(_ rows: some Sequence<QueueRow>) -> [Group] {
    var groups: [Group] = []
    var places: [String: Int] = [:]
    for row in rows {
      let code = [row.code.map(String.init) ?? "", row.enhancedCode].filter { !$0.isEmpty }
        .joined(separator: " ")
      let reason = alike(row)
      let key = "\(row.state.word) \(code) \(reason)"
      if let place = places[key] {
        groups[place].count += 1
      } else {
        places[key] = groups.count
        groups.append(
          Group(state: row.state, code: code, reason: reason, count: 1, number: row.number))
      }
    }
    return Array(
      groups.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
        .map(\.element).prefix(mostGroups))
  }

  /// The reason without what differs from one recipient to the next: the address, and the line
  /// that a repeated row names.
  private static func alike(_ row: QueueRow) -> String {
    if row.reason.hasPrefix("duplicate of line ") {
      return "the same address stands above in the list"
    }
    let address = String(decoding: row.email, as: UTF8.self)
    let reason = String(String.UnicodeScalarView(row.reason.unicodeScalars.prefix(300)))
    return address.isEmpty ? reason : reason.replacing(address, with: "…")
  }

  var html: HTML {
    let deliveries = "\(campaign.address)/deliveries"
    return """
      <div class="card"><header class="card-head"><h2>What could not be delivered</h2>\
      \(HTML.when(campaign.counts[.failed] > 0, "<a href=\"\(deliveries)?state=failed\">All failures</a>"))\
      </header>\
      <div class="table-wrap" role="region" tabindex="0" aria-label="Reasons">\
      <table class="table"><thead><tr><th scope="col">Reason</th><th scope="col">State</th>\
      <th scope="col" class="end">Messages</th><th scope="col"><span class="sr">Example</span></th>\
      </tr></thead><tbody>
      \(HTML.each(groups) { group in
        """
        <tr><td class="break">\(group.reason.isEmpty ? "no reason was given" : group.reason)\
        \(HTML.when(!group.code.isEmpty, "<small><code>\(group.code)</code></small>"))</td>\
        <td>\(Badge.of(group.state))</td><td class="end num">\(Wording.count(group.count))</td>\
        <td class="end"><a href="\(deliveries)/\(group.number)">Example\
        <span class="sr"> of \(group.reason)</span></a></td></tr>

        """
      })</tbody></table></div>\
      \(HTML.when(isCut, """
      <p class="card-foot muted">Counted among the first \(Wording.count(Self.most)). The report \
      has them all.</p>
      """))</div>
      """
  }
}
