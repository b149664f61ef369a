import Model
import Octets
import Storage

/// How a delivery that was put off is going to be tried again: which try comes next, of how many,
/// and when we give up.
struct RetryOutlook {
  private let schedule: RetrySchedule
  /// The number of the next try in this row of retries.
  private let next: Int
  private let since: Timestamp?

  /// - Returns: `nil` where nothing is tried again.
  static func load(
    _ campaign: Campaign, _ row: QueueRow, _ member: Member
  ) async throws -> RetryOutlook? {
    guard row.state == .deferred,
      let retries = try await member.store.deliveries.retries(of: campaign.key, row.number)
    else { return nil }
    let sender = try await member.store.senders.find(campaign.sender, in: member.home)
    return RetryOutlook(
      schedule: (sender?.rules ?? SenderRules()).schedule(
        isTransactional: campaign.content.isTransactional),
      next: max(1, row.attempts - retries.before + 1), since: retries.since)
  }

  func html(_ member: Member) -> HTML {
    let most = max(next, schedule.mostAttempts)
    let end: HTML =
      since.map { "; given up after \(Moment.html($0 + schedule.lifetime, in: member.zone))" } ?? ""
    return """
      <small>try \(next) of at most \(most)\(end). The schedule: \(schedule.description)</small>
      """
  }
}
