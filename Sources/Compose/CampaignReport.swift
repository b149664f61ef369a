public import MIME
public import Model
import Octets

/// A campaign's report line by line: the cells that the command line and the pages write as CSV.
public struct CampaignReport: Sendable {
  /// The first line.
  public static let columns = [
    "email", "status", "state", "reason", "code", "enhanced_code", "attempts", "sent_at",
    "message_id",
  ]

  private let names: MessageNames?

  /// `from` is the From field of the campaign's messages.
  public init(of campaign: CampaignKey, from: String) {
    let mailbox = try? Mailbox(parsing: from, allowing: .localDomains)
    names = mailbox.map { MessageNames(of: campaign, from: $0.address) }
  }

  /// The cells of one recipient's line.
  public func cells(_ row: ReportRow) -> [[UInt8]] {
    Self.cells(row, messageID: names?.name(forDelivery: row.number))
  }

  /// The cells of a line whose message has this name; who was left out from the beginning has none.
  public static func cells(_ row: ReportRow, messageID: MessageID?) -> [[UInt8]] {
    let hasMessage = row.state != .skipped && row.state != .suppressed
    return [
      row.email, [UInt8]((row.state == .sent ? "Sent" : "Failed").utf8),
      [UInt8](row.state.word.utf8), [UInt8](reason(row).utf8),
      [UInt8]((row.code.map(String.init) ?? "").utf8), [UInt8](row.enhancedCode.utf8),
      [UInt8](String(row.attempts).utf8), [UInt8]((row.sentAt?.rfc3339 ?? "").utf8),
      hasMessage ? messageID?.bytes ?? [] : [],
    ]
  }

  private static func reason(_ row: ReportRow) -> String {
    switch row.state {
    case .queued, .sending: row.reason.isEmpty ? "not sent yet" : row.reason
    case .deferred: row.reason.isEmpty ? "due again later" : "due again later: \(row.reason)"
    default: row.reason
    }
  }
}
