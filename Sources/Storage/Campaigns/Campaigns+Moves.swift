public import Database
public import Model
public import Octets

extension Campaigns {
  /// Moves a campaign to another state.
  ///
  /// - Returns: The state it was in; `nil` when the rules do not allow the move, or there is no
  ///   such campaign.
  public func move(
    _ key: CampaignKey, to state: CampaignState, failure: String? = nil, now: Timestamp
  ) async throws(DatabaseError) -> CampaignState? {
    let old = try await pool.write { connection throws(DatabaseError) in
      try Self.move(key, to: state, failure: failure, now: now, on: connection)
    }
    if old != nil { doorbell.ring() }
    return old
  }

  static func move(
    _ key: CampaignKey, to state: CampaignState, failure: String?, now: Timestamp,
    on connection: Connection
  ) throws(DatabaseError) -> CampaignState? {
    guard let row = try connection.first("SELECT state FROM campaigns WHERE \(campaign: key)"),
      let old = CampaignState(rawValue: try row.text("state")),
      (try? old.moved(to: state)) != nil
    else { return nil }
    // What was said about its speed is true no longer.
    try connection.change(
      """
      UPDATE campaigns SET state = \(state.rawValue), failure = \(failure),
        revision = revision + 1, rate = NULL, finish_estimate = NULL, slow_reason = NULL,
        started_at = CASE WHEN \(state == .sending) = 1
          THEN COALESCE(started_at, \(now)) ELSE started_at END,
        finished_at = CASE WHEN \(state.isFinal) = 1 THEN \(now) ELSE NULL END
      WHERE \(campaign: key)
      """)
    return old
  }

  /// Has a draft sent at a time, or one that waits for its time at another.
  ///
  /// - Returns: `false` when it is neither, or not there.
  public func schedule(
    _ key: CampaignKey, at moment: Timestamp, zone: String, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE campaigns SET state = 'scheduled', scheduled_at = \(moment), time_zone = \(zone),
          revision = revision + 1
        WHERE \(campaign: key) AND state IN ('draft', 'awaiting_approval', 'scheduled')
        """) > 0
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  /// Ends a campaign: what is under way comes to its end, and nothing else leaves.
  ///
  /// The state is moved first, alone: from then on nothing can be claimed, however many rows there
  /// are. Ending a million of them in one transaction would hold up the ledgers of all other
  /// campaigns for seconds, so they are ended in chunks; after a crash half-way ``active()`` names
  /// the campaign, for ``Deliveries/endUnsent(of:as:reason:now:)``.
  ///
  /// - Returns: `false` when it has ended already, or is not there.
  public func cancel(_ key: CampaignKey, now: Timestamp) async throws(DatabaseError) -> Bool {
    guard try await move(key, to: .cancelled, now: now) != nil else { return false }
    try await Deliveries(pool: pool, doorbell: doorbell).endUnsent(
      of: key, as: .cancelled, reason: "the campaign was cancelled", now: now)
    return true
  }

  /// Puts a campaign that has ended out of sight.
  ///
  /// - Returns: `false` when it has not ended, or is not there.
  public func archive(_ key: CampaignKey, now: Timestamp) async throws(DatabaseError) -> Bool {
    try await setArchived(now, key)
  }

  /// Brings an archived campaign back among the others.
  public func unarchive(_ key: CampaignKey) async throws(DatabaseError) -> Bool {
    try await setArchived(nil, key)
  }

  private func setArchived(
    _ moment: Timestamp?, _ key: CampaignKey
  ) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE campaigns SET archived_at = \(moment), revision = revision + 1
        WHERE \(campaign: key) AND state IN ('sent', 'failed', 'cancelled')
        """) > 0
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  /// Notes what the engine says about a campaign's speed; its revision stays.
  public func setPace(
    _ pace: CampaignPace, of key: CampaignKey
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        UPDATE campaigns SET rate = \(pace.rate), finish_estimate = \(pace.finishEstimate),
          slow_reason = \(pace.slowReason)
        WHERE \(campaign: key)
        """)
    }
    doorbell.ring()
  }
}
