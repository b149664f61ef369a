import Model
import Octets
import TimeZones

/// Deliveries as rows of a table: who, where it stands, and why.
struct DeliveryTable {
  let rows: [QueueRow]
  let member: Member
  /// Whether rows say which campaign they are of.
  var namesCampaign = false
  let label: String

  var html: HTML {
    """
    <div class="table-wrap" role="region" tabindex="0" aria-label="\(label)"><table class="table">
    <thead><tr><th scope="col">Recipient</th><th scope="col">State</th>\
    <th scope="col" class="opt">Answer</th><th scope="col" class="end opt">Tries</th>\
    <th scope="col" class="opt">When</th><th scope="col"><span class="sr">Actions</span></th></tr></thead>
    <tbody>\(HTML.each(rows, row))</tbody></table></div>
    """
  }

  private func row(_ row: QueueRow) -> HTML {
    let campaign = row.campaign.text(.campaign)
    let named: HTML = namesCampaign ? "<small>\(row.campaignName)</small>" : ""
    return """
      <tr><td class="break"><a class="title" href="/campaigns/\(campaign)/deliveries/\(row.number)">\
      \(bytes: row.email)</a>\(named)</td>
      <td>\(Badge.of(row.state))</td>
      <td class="break opt">\(Self.answer(row))</td>
      <td class="end num opt">\(row.attempts)</td>
      <td class="nowrap opt">\(when(row))</td>
      <td class="end">\(actions(row, campaign))</td></tr>
      """
  }

  /// Code, enhanced code and words; the server's words are only ever shown as text.
  static func answer(_ row: QueueRow) -> HTML {
    let code = row.code.map { "\($0) " } ?? ""
    let enhanced = row.enhancedCode.isEmpty ? "" : "\(row.enhancedCode) "
    let text = code + enhanced + row.reason
    return text.isEmpty ? "–" : HTML(text: text)
  }

  private func when(_ row: QueueRow) -> HTML {
    if let due = row.dueAt, !row.state.isFinal {
      return "again \(Moment.html(due, in: member.zone))"
    }
    return Moment.html(row.finishedAt, in: member.zone)
  }

  private func actions(_ row: QueueRow, _ campaign: String) -> HTML {
    guard row.state == .queued || row.state == .deferred else { return "" }
    return """
      <div class="row-actions">\
      \(ActionButton(
        address: "/campaigns/\(campaign)/deliveries/\(row.number)/send-now", label: "Send now",
        kind: "quiet small"
      ).html(member))</div>
      """
  }
}
