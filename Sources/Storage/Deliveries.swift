package import Database
package import Model
package import Octets

/// The rows of the ledger: planned, claimed, taken back, listed.
package struct Deliveries: Sendable {
  let pool: DatabasePool

  // MARK: Planning

  /// Turns the next rows of the audience into deliveries, in the file's order.
  ///
  /// One call is one short transaction, so that the ledgers of other campaigns never wait long.
  ///
  /// - Returns: How many rows were planned; 0 when the audience is frozen whole.
  package func planNext(
    _ limit: Int, of campaign: Campaign
  ) async throws(DatabaseError) -> Int {
    let key = campaign.key
    return try await pool.write { connection throws(DatabaseError) in
      guard
        let state = try connection.first(
          """
          SELECT planned_line, queued + sending + deferred + sent + failed + in_doubt_count
            + suppressed + skipped + cancelled AS total
          FROM campaigns WHERE workspace_id = \(key.workspace) AND id = \(key.campaign)
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
        WHERE workspace_id = \(key.workspace) AND id = \(key.campaign)
        """)
      return inserted
    }
  }

  // MARK: Claiming

  /// Claims the next deliveries in send order, those that are due again first.
  ///
  /// `cursor` is the number up to which the caller has claimed all queued rows, 0 at first; the
  /// answer holds the next one.
  package func claim(
    _ limit: Int, of key: CampaignKey, after cursor: Int, lease: Lease, now: Timestamp
  ) async throws(DatabaseError) -> (claimed: [ClaimedDelivery], cursor: Int) {
    try await pool.write { connection throws(DatabaseError) in
      var claimed = try Self.claimDue(limit, of: key, lease: lease, now: now, on: connection)
      var cursor = cursor
      let room = limit - claimed.count
      if room > 0 {
        let fresh = try Self.claimQueued(
          room, of: key, after: cursor, lease: lease, on: connection)
        if let last = fresh.last { cursor = last.number }
        claimed += fresh
      }
      return (claimed, cursor)
    }
  }

  private static func claimQueued(
    _ limit: Int, of key: CampaignKey, after cursor: Int, lease: Lease, on connection: Connection
  ) throws(DatabaseError) -> [ClaimedDelivery] {
    let select = try connection.statement(
      """
      SELECT number, email, fields, attempts FROM deliveries
      WHERE workspace_id = $1 AND campaign_id = $2 AND number > $3 AND state = 0
      ORDER BY number LIMIT $4
      """)
    select.bind(blob: key.workspace.octets, at: 1)
    select.bind(blob: key.campaign.octets, at: 2)
    select.bind(cursor, at: 3)
    select.bind(limit, at: 4)
    let claimed = try deliveries(select)
    guard let first = claimed.first, let last = claimed.last else { return [] }
    try connection.change(
      """
      UPDATE deliveries SET state = \(DeliveryState.sending), lease = \(lease.token),
        intended_at = NULL
      WHERE \(in: key) AND number BETWEEN \(first.number) AND \(last.number)
        AND state = \(DeliveryState.queued)
      """)
    var change = CountChange()
    change.move(claimed.count, from: .queued, to: .sending)
    try change.apply(to: key, on: connection)
    return claimed
  }

  private static func claimDue(
    _ limit: Int, of key: CampaignKey, lease: Lease, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) -> [ClaimedDelivery] {
    let select = try connection.statement(
      """
      SELECT number, email, fields, attempts FROM deliveries
      WHERE workspace_id = $1 AND campaign_id = $2 AND due_at IS NOT NULL AND due_at <= $3
      ORDER BY due_at LIMIT $4
      """)
    select.bind(blob: key.workspace.octets, at: 1)
    select.bind(blob: key.campaign.octets, at: 2)
    select.bind(now, at: 3)
    select.bind(limit, at: 4)
    let claimed = try deliveries(select)
    for delivery in claimed {
      try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.sending), lease = \(lease.token),
          intended_at = NULL, due_at = NULL
        WHERE \(in: key) AND number = \(delivery.number)
        """)
    }
    var change = CountChange()
    change.move(claimed.count, from: .deferred, to: .sending)
    try change.apply(to: key, on: connection)
    return claimed
  }

  private static func deliveries(_ select: Statement) throws(DatabaseError) -> [ClaimedDelivery] {
    var deliveries: [ClaimedDelivery] = []
    while try select.step() {
      deliveries.append(
        ClaimedDelivery(
          number: select.integer(0), email: select.octets(1), fields: select.octets(2),
          attempts: select.integer(3)))
    }
    return deliveries
  }

  /// When the next deferred delivery is due.
  package func nextDue(_ key: CampaignKey) async throws(DatabaseError) -> Timestamp? {
    try await pool.read { connection throws(DatabaseError) in
      let row = try connection.first(
        """
        SELECT MIN(due_at) AS due FROM deliveries WHERE \(in: key) AND due_at IS NOT NULL
        """)
      return try row?.integerIfAny("due").map { Timestamp(microseconds: Int64($0)) }
    }
  }

  // MARK: Taking back

  /// Puts claimed deliveries back whose dot has surely not been sent.
  package func release(
    _ numbers: [Int], of key: CampaignKey, lease: Lease
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      var released = 0
      for number in numbers {
        released += try connection.change(
          """
          UPDATE deliveries SET state = \(DeliveryState.queued), lease = NULL, intended_at = NULL
          WHERE \(in: key) AND number = \(number) AND lease = \(lease.token)
            AND state = \(DeliveryState.sending)
          """)
      }
      var change = CountChange()
      change.move(released, from: .sending, to: .queued)
      try change.apply(to: key, on: connection)
    }
  }

  /// After so many attempts a message in doubt is not sent again by itself.
  private static let mostTriesInDoubt = 4

  /// Settles what a process left behind that died while it was sending.
  ///
  /// Claimed without intent: queued again. Intent without outcome: nobody can know, so the
  /// campaign's policy decides. Only the one who knows that no other process works on this
  /// campaign may call it.
  ///
  /// - Returns: How many were queued again and how many are in doubt.
  package func recover(
    _ campaign: Campaign, now: Timestamp
  ) async throws(DatabaseError) -> (requeued: Int, inDoubt: Int) {
    let key = campaign.key
    return try await pool.write { connection throws(DatabaseError) in
      let requeued = try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.queued), lease = NULL
        WHERE \(in: key) AND state = \(DeliveryState.sending) AND intended_at IS NULL
        """)
      let reason = "the program ended before the server's reply was recorded"
      try connection.change(
        """
        INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
          started_at, finished_at, state, reason)
        SELECT workspace_id, campaign_id, number, attempts + 1, \(campaign.sender), \(""),
          intended_at, \(now), \(DeliveryState.unknown), \(reason)
        FROM deliveries WHERE \(in: key) AND state = \(DeliveryState.sending)
        """)
      var change = CountChange()
      change.move(requeued, from: .sending, to: .queued)
      // What has been in doubt time and again may be what ends the program: it is held in any case.
      let tries = campaign.inDoubt == .hold ? 0 : Self.mostTriesInDoubt
      let held = try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.unknown), lease = NULL,
          attempts = attempts + 1, reason = \(reason), finished_at = \(now)
        WHERE \(in: key) AND state = \(DeliveryState.sending) AND attempts >= \(tries)
        """)
      let resent = try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.deferred), lease = NULL,
          attempts = attempts + 1, reason = \(reason), finished_at = \(now), due_at = \(now)
        WHERE \(in: key) AND state = \(DeliveryState.sending)
        """)
      change.move(held, from: .sending, to: .unknown)
      change.move(resent, from: .sending, to: .deferred)
      try change.apply(to: key, on: connection)
      let inDoubt = held + resent
      return (requeued, inDoubt)
    }
  }

  /// Ends what has not been sent when its campaign ends before its time.
  ///
  /// - Returns: How many deliveries were ended.
  @discardableResult
  package func endUnsent(
    of key: CampaignKey, as state: DeliveryState, reason: String, now: Timestamp
  ) async throws(DatabaseError) -> Int {
    try await pool.write { connection throws(DatabaseError) in
      var change = CountChange()
      var ended = 0
      for old in [DeliveryState.queued, .deferred] where old.next.contains(state) {
        let count = try connection.change(
          """
          UPDATE deliveries SET state = \(state), reason = \(reason), due_at = NULL,
            finished_at = \(now)
          WHERE \(in: key) AND state = \(old)
          """)
        change.move(count, from: old, to: state)
        ended += count
      }
      try change.apply(to: key, on: connection)
      return ended
    }
  }

  /// Brings deliveries back to life that were ended unsent.
  package func revive(
    _ state: DeliveryState, of key: CampaignKey, now: Timestamp
  ) async throws(DatabaseError) {
    guard state.next.contains(.deferred) else { return }
    try await pool.write { connection throws(DatabaseError) in
      let count = try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.deferred), reason = NULL, due_at = \(now),
          finished_at = NULL
        WHERE \(in: key) AND state = \(state)
        """)
      var change = CountChange()
      change.move(count, from: state, to: .deferred)
      try change.apply(to: key, on: connection)
    }
  }

  // MARK: Listing

  /// A page of the report, in send order.
  package func report(
    of key: CampaignKey, after number: Int, limit: Int
  ) async throws(DatabaseError) -> [ReportRow] {
    try await pool.read { connection throws(DatabaseError) in
      var page: [ReportRow] = []
      for row in try connection.run(
        """
        SELECT number, email, state, COALESCE(reason, '') AS reason, code,
          COALESCE(enhanced_code, '') AS enhanced_code, attempts, finished_at
        FROM deliveries WHERE \(in: key) AND number > \(number) ORDER BY number LIMIT \(limit)
        """)
      {
        guard let state = DeliveryState(rawValue: try row.integer("state")) else {
          throw .unexpectedColumn("state")
        }
        let finished = try row.integerIfAny("finished_at")
        page.append(
          ReportRow(
            number: try row.integer("number"), email: try row.octets("email"), state: state,
            reason: try row.text("reason"), code: try row.integerIfAny("code"),
            enhancedCode: try row.text("enhanced_code"), attempts: try row.integer("attempts"),
            sentAt: state == .sent ? finished.map { Timestamp(microseconds: Int64($0)) } : nil))
      }
      return page
    }
  }

  /// How many deliveries are in each state, counted from the rows themselves.
  package func recount(_ key: CampaignKey) async throws(DatabaseError) -> CampaignCounts {
    try await pool.read { connection throws(DatabaseError) in
      var counts = CampaignCounts()
      for row in try connection.run(
        "SELECT state, COUNT(*) AS n FROM deliveries WHERE \(in: key) GROUP BY state")
      {
        guard let state = DeliveryState(rawValue: try row.integer("state")) else {
          throw .unexpectedColumn("state")
        }
        counts[state] = try row.integer("n")
      }
      return counts
    }
  }
}
