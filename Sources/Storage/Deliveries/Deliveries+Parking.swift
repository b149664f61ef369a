public import Database
public import Model
public import Octets

/// What waits for its receiver, who takes no more at the moment.
extension Deliveries {
  /// Puts claimed deliveries back that are to wait until their time, surely unsent.
  ///
  /// They are deferred then, without having been tried; `reason` stands where there was none.
  public func park(
    _ dates: [(number: Int, due: Timestamp)], because reason: String, of key: CampaignKey,
    lease: Lease
  ) async throws(DatabaseError) {
    guard !dates.isEmpty else { return }
    try await pool.write { connection throws(DatabaseError) in
      var parked = 0
      for (number, due) in dates {
        parked += try connection.change(
          """
          UPDATE deliveries SET state = \(DeliveryState.deferred), lease = NULL,
            intended_at = NULL, due_at = \(due), reason = COALESCE(reason, \(reason))
          WHERE \(in: key) AND number = \(number) AND lease = \(lease.token)
            AND state = \(DeliveryState.sending)
          """)
      }
      var change = CountChange()
      change.move(parked, from: .sending, to: .deferred)
      try change.apply(to: key, on: connection)
    }
    doorbell.ring()
  }

  /// Claims deferred deliveries by their numbers, before they are due; others than deferred ones
  /// are passed over, and of a campaign that was paused or has ended nothing is claimed.
  public func claim(
    _ numbers: [Int], of key: CampaignKey, lease: Lease
  ) async throws(DatabaseError) -> [ClaimedDelivery] {
    guard !numbers.isEmpty else { return [] }
    return try await pool.write { connection throws(DatabaseError) in
      guard
        try connection.first(
          """
          SELECT 1 AS one FROM campaigns WHERE \(campaign: key)
            AND state NOT IN ('paused', 'held', 'failed', 'cancelled')
          """) != nil
      else { return [] }
      var claimed: [ClaimedDelivery] = []
      for number in numbers {
        guard
          let row = try connection.first(
            """
            UPDATE deliveries SET state = \(DeliveryState.sending), lease = \(lease.token),
              intended_at = NULL, due_at = NULL
            WHERE \(in: key) AND number = \(number) AND state = \(DeliveryState.deferred)
            RETURNING email, fields, attempts
            """)
        else { continue }
        claimed.append(
          ClaimedDelivery(
            number: number, email: try row.octets("email"), fields: try row.octets("fields"),
            attempts: try row.integer("attempts")))
      }
      var change = CountChange()
      change.move(claimed.count, from: .deferred, to: .sending)
      try change.apply(to: key, on: connection)
      return claimed
    }
  }
}
