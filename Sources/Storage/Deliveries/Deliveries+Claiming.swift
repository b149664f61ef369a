public import Database
public import Model
public import Octets

extension Deliveries {
  /// Claims the next deliveries in send order, those that are due again first.
  ///
  /// `cursor` is the number up to which the caller has claimed all queued rows, 0 at first; the
  /// answer holds the next one. Of a campaign that was paused or has ended nothing is claimed,
  /// from the moment on when its state was written.
  public func claim(
    _ limit: Int, of key: CampaignKey, after cursor: Int, lease: Lease, now: Timestamp
  ) async throws(DatabaseError) -> (claimed: [ClaimedDelivery], cursor: Int) {
    // What the ledger has not put into the rows yet is claimed there already.
    try await pool.write(framed: false) { connection throws(DatabaseError) in
      guard
        let campaign = try connection.first(
          """
          SELECT first_queued FROM campaigns WHERE \(campaign: key)
            AND state NOT IN ('paused', 'held', 'failed', 'cancelled')
          """)
      else { return ([], cursor) }
      let firstQueued = try campaign.integer("first_queued")
      var claimed = try Self.claimDue(limit, of: key, lease: lease, now: now, on: connection)
      var cursor = cursor
      let room = limit - claimed.count
      if room > 0 {
        // After a restart the rows that were sent before are not walked through again.
        let fresh = try Self.claimQueued(
          room, of: key, after: max(cursor, firstQueued - 1), lease: lease, on: connection)
        if let last = fresh.last {
          if cursor < firstQueued {
            try connection.change(
              "UPDATE campaigns SET first_queued = \(last.number + 1) WHERE \(campaign: key)")
          }
          cursor = last.number
        }
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
      SELECT number, email, fields, attempts, COALESCE(retries_from, 0),
        COALESCE(retries_since, finished_at), doubts
      FROM deliveries
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
      SELECT number, email, fields, attempts, COALESCE(retries_from, 0),
        COALESCE(retries_since, finished_at), doubts
      FROM deliveries
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
          intended_at = NULL, due_at = NULL, \(rowOfRetries)
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
          attempts: select.integer(3), attemptsBefore: select.integer(4),
          retriesSince: moment(select.integer(5)), doubts: select.integer(6)))
    }
    return deliveries
  }

  /// When the next deferred delivery is due.
  public func nextDue(_ key: CampaignKey) async throws(DatabaseError) -> Timestamp? {
    try await pool.read { connection throws(DatabaseError) in
      let row = try connection.first(
        """
        SELECT MIN(due_at) AS due FROM deliveries WHERE \(in: key) AND due_at IS NOT NULL
        """)
      return try row?.momentIfAny("due")
    }
  }

  // MARK: Taking back

  /// Puts claimed deliveries back whose dot has surely not been sent.
  public func release(
    _ numbers: [Int], of key: CampaignKey, lease: Lease
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      var released: [Int] = []
      for number in numbers {
        let changed = try connection.change(
          """
          UPDATE deliveries SET state = \(DeliveryState.queued), lease = NULL, intended_at = NULL
          WHERE \(in: key) AND number = \(number) AND lease = \(lease.token)
            AND state = \(DeliveryState.sending)
          """)
        if changed > 0 { released.append(number) }
      }
      var change = CountChange()
      change.move(released.count, from: .sending, to: .queued)
      try change.apply(to: key, on: connection)
      try Self.noteQueued(released.min(), of: key, on: connection)
    }
  }

  /// Notes that a delivery is queued again, so that it is found where queued ones are looked for.
  private static func noteQueued(
    _ number: Int?, of key: CampaignKey, on connection: Connection
  ) throws(DatabaseError) {
    guard let number else { return }
    try connection.change(
      """
      UPDATE campaigns SET first_queued = \(number)
      WHERE \(campaign: key) AND first_queued > \(number)
      """)
  }

  /// Settles what a process left behind that died while it was sending.
  ///
  /// Claimed without intent: queued again. Intent without outcome: nobody can know, so the
  /// campaign's policy decides. Only the one who knows that no other process works on this
  /// campaign may call it. What the process died of twice while it made it is quarantined.
  ///
  /// - Returns: How many were queued again and how many are in doubt.
  public func recover(
    _ campaign: Campaign, now: Timestamp
  ) async throws(DatabaseError) -> (requeued: Int, inDoubt: Int) {
    let key = campaign.key
    return try await pool.write { connection throws(DatabaseError) in
      // What is being sent bears a lease, and an index names those few rows.
      let left: SQL =
        "\(in: key) AND lease IS NOT NULL AND state = \(DeliveryState.sending)"
      let through = try Self.sender(of: campaign, on: connection)
      let first = try connection.first(
        """
        SELECT number FROM \(Self.rowsByLease) WHERE \(left) AND intended_at IS NULL
        ORDER BY number LIMIT 1
        """)
      let quarantined = try Self.quarantine(
        left, through: through, now: now, on: connection)
      let requeued = try connection.change(
        """
        UPDATE \(Self.rowsByLease) SET state = \(DeliveryState.queued), lease = NULL
        WHERE \(left) AND intended_at IS NULL
        """)
      try Self.noteQueued(try first?.integer("number"), of: key, on: connection)
      let reason = "the program ended before the server's reply was recorded"
      try connection.change(
        """
        INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
          started_at, finished_at, state, reason)
        SELECT workspace_id, campaign_id, number, attempts + 1, \(through), \(""),
          intended_at, \(now), \(DeliveryState.unknown), \(reason)
        FROM \(Self.rowsByLease) WHERE \(left)
        """)
      var change = CountChange()
      change.move(requeued, from: .sending, to: .queued)
      change.move(quarantined, from: .sending, to: .failed)
      // What has been in doubt time and again may be what ends the program: it is held in any case.
      let resends = campaign.inDoubt == .hold ? 0 : InDoubtPolicy.mostResends
      let held = try connection.change(
        """
        UPDATE \(Self.rowsByLease) SET state = \(DeliveryState.unknown), lease = NULL,
          attempts = attempts + 1, doubts = doubts + 1, reason = \(reason), finished_at = \(now)
        WHERE \(left) AND doubts >= \(resends)
        """)
      let resent = try connection.change(
        """
        UPDATE \(Self.rowsByLease) SET state = \(DeliveryState.deferred), lease = NULL,
          attempts = attempts + 1, doubts = doubts + 1, reason = \(reason), finished_at = \(now),
          due_at = \(now)
        WHERE \(left)
        """)
      change.move(held, from: .sending, to: .unknown)
      change.move(resent, from: .sending, to: .deferred)
      try change.apply(to: key, on: connection)
      let inDoubt = held + resent
      // They may have left: limits count them, as the attempts do.
      var minutes = SenderMinutes()
      minutes.add(
        .unknown, count: inDoubt, by: through, in: key.workspace, at: now)
      try minutes.write(on: connection)
      return (requeued, inDoubt)
    }
  }
}
