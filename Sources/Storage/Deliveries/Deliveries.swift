public import Database
public import Model
import Octets

/// The rows of the ledger: planned, claimed, taken back, listed.
public struct Deliveries: Sendable {
  let pool: DatabasePool
  let doorbell: Doorbell

  // Indexes of a part of the rows. They are named outright: left to itself the engine takes the
  // primary key for them, and walks through the whole campaign.

  /// For a condition with `state IN (2, 4, 5, 6, 7, 8)`, word by word.
  static let rowsByState: SQL = "deliveries INDEXED BY deliveries_by_state"
  /// For a condition with `lease IS NOT NULL`.
  static let rowsByLease: SQL = "deliveries INDEXED BY deliveries_leased"

  /// Turns the next rows of the audience into deliveries, in the file's order.
  ///
  /// One call is one short transaction, so that the ledgers of other campaigns never wait long.
  ///
  /// - Returns: How many rows were planned; 0 when the audience is frozen whole, or the campaign
  ///   was cancelled.
  public func planNext(
    _ limit: Int, of campaign: Campaign
  ) async throws(DatabaseError) -> Int {
    let key = campaign.key
    let planned = try await pool.write { connection throws(DatabaseError) in
      guard
        let state = try connection.first(
          """
          SELECT planned_line, queued + sending + deferred + sent + failed + in_doubt_count
            + suppressed + skipped + cancelled AS total
          FROM campaigns WHERE \(campaign: key) AND state <> 'cancelled'
          """)
      else { return 0 }
      let planned = try state.integer("planned_line")
      let total = try state.integer("total")
      let scope: SQL = """
        FROM audience_rows WHERE workspace_id = \(key.workspace)
          AND audience_id = \(campaign.audience) AND line > \(planned)
        ORDER BY line LIMIT \(limit)
        """
      let inserted = try connection.change(
        """
        INSERT INTO deliveries (workspace_id, campaign_id, number, email, fields, state, reason)
        SELECT \(key.workspace), \(key.campaign), \(total) + ROW_NUMBER() OVER (ORDER BY line),
          email, fields,
          CASE WHEN refusal IS NULL THEN \(DeliveryState.queued) ELSE \(DeliveryState.skipped) END,
          refusal
        FROM (SELECT line, email, fields, refusal \(scope)) AS batch
        """)
      guard inserted > 0 else { return 0 }
      let summary = try connection.first(
        """
        SELECT MAX(line) AS line, COUNT(refusal) AS refused
        FROM (SELECT line, refusal \(scope)) AS batch
        """)
      let refused = try summary?.integer("refused") ?? 0
      var change = CountChange()
      change.move(inserted - refused, from: nil, to: .queued)
      change.move(refused, from: nil, to: .skipped)
      try change.apply(to: key, on: connection)
      try connection.change(
        """
        UPDATE campaigns SET planned_line = \(try summary?.integer("line") ?? planned)
        WHERE \(campaign: key)
        """)
      return inserted
    }
    if planned > 0 { doorbell.ring() }
    return planned
  }
}
