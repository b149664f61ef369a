import Model
import Octets
import Storage
import Workers

/// The limits that `martlet send` was given.
struct SendLimits {
  /// One limit of several.
  struct Limit: Sendable {
    let period: LimitPeriod
    let count: Int
  }

  let limits: SenderLimits

  init(_ arguments: Arguments) throws {
    var limits = SenderLimits()
    for text in arguments.values("limit") {
      guard let limit = Limit(text) else {
        throw arguments.fault(
          "Option '--limit' takes a number a second, minute, hour or day, such as 10/s, 300/h or 2000/d, not '\(text)'."
        )
      }
      // Of two for the same time the narrower holds.
      limits[limit.period] = min(limits[limit.period] ?? .max, limit.count)
    }
    limits.perConnection = try arguments.value(
      "per-connection", as: .integer(SenderLimits.perConnectionBounds))
    self.limits = limits
  }

  /// What may leave now: all that left from this data folder counts, by whichever server.
  ///
  /// - Returns: `nil` where no time is limited.
  func allowance(of campaign: Campaign, in store: Store) async throws -> Allowance? {
    guard LimitPeriod.allCases.contains(where: { limits[$0] != nil }) else { return nil }
    let throttle = Throttle()
    let allowance = throttle.allowance(sender: campaign.sender, in: campaign.key.workspace)
    let left = try await store.usage.sent(
      in: campaign.key.workspace, since: .now() + .seconds(-86_500))
    allowance.restore(sender: left, workspace: [])
    allowance.limit(sender: limits, workspace: nil)
    return allowance
  }
}

extension SendLimits.Limit {
  /// As in `10/s`, `300/m`, `1000/h` or `5000/d`.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int(parts[0]),
      let period = LimitPeriod.allCases.first(where: { $0.rawValue.prefix(1) == parts[1] }),
      period.bounds.contains(count)
    else { return nil }
    self.init(period: period, count: count)
  }
}
