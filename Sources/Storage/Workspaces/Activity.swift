public import Database
public import Model
public import Octets

extension Workspaces {
  /// What the workspace holds.
  ///
  /// Counted from figures that are kept with lists and campaigns; no recipient's row is read.
  public func totals(_ workspace: Identifier) async throws(StoreError) -> WorkspaceTotals {
    try await pool.read { connection throws(DatabaseError) in
      var totals = WorkspaceTotals()
      if let row = try connection.first(
        """
        SELECT COUNT(*) AS lists, COALESCE(SUM(row_count - refused_count), 0) AS recipients
        FROM audiences
        WHERE workspace_id = \(workspace) AND kind = 'list' AND state <> 'empty'
        """)
      {
        totals.lists = try row.integer("lists")
        totals.recipients = try row.integer("recipients")
      }
      totals.templates =
        try connection.first(
          "SELECT COUNT(*) AS n FROM templates WHERE workspace_id = \(workspace)")?.integer("n")
        ?? 0
      guard
        let row = try connection.first(
          """
          SELECT COALESCE(SUM(kind = 'campaign' AND archived_at IS NULL), 0) AS campaigns,
            COALESCE(SUM(queued), 0) AS queued, COALESCE(SUM(sending), 0) AS sending,
            COALESCE(SUM(deferred), 0) AS deferred, COALESCE(SUM(sent), 0) AS sent,
            COALESCE(SUM(failed), 0) AS failed, COALESCE(SUM(in_doubt_count), 0) AS in_doubt_count,
            COALESCE(SUM(suppressed), 0) AS suppressed, COALESCE(SUM(skipped), 0) AS skipped,
            COALESCE(SUM(cancelled), 0) AS cancelled
          FROM campaigns WHERE workspace_id = \(workspace)
          """)
      else { return totals }
      totals.campaigns = try row.integer("campaigns")
      for state in DeliveryState.allCases {
        totals.deliveries[state] = try row.integer(
          state == .unknown ? "in_doubt_count" : state.word)
      }
      return totals
    }
  }

  /// What became of messages from each of the beginnings to the next one, and from the last to
  /// `now`; where nothing happened there are zeros.
  ///
  /// Beginnings come in ascending order and are cut to whole minutes.
  public func activity(
    _ workspace: Identifier, from beginnings: [Timestamp], to now: Timestamp
  ) async throws(StoreError) -> [ActivityPoint] {
    let starts = beginnings.map(Self.minute)
    let ends = starts.dropFirst() + [Self.minute(now) + 1]
    return try await pool.read { connection throws(DatabaseError) in
      var points: [ActivityPoint] = []
      for (start, end) in zip(starts, ends) {
        var point = ActivityPoint(start: Timestamp(seconds: Int64(start) * 60))
        if let row = try connection.first(
          """
          SELECT COALESCE(SUM(sent), 0) AS sent, COALESCE(SUM(deferred), 0) AS deferred,
            COALESCE(SUM(failed), 0) AS failed, COALESCE(SUM(in_doubt), 0) AS in_doubt
          FROM sender_minutes
          WHERE workspace_id = \(workspace) AND minute >= \(start) AND minute < \(end)
          """)
        {
          point.sent = try row.integer("sent")
          point.deferred = try row.integer("deferred")
          point.failed = try row.integer("failed")
          point.unknown = try row.integer("in_doubt")
        }
        points.append(point)
      }
      return points
    }
  }

  /// Minutes since 1970, as `sender_minutes` counts them.
  private static func minute(_ moment: Timestamp) -> Int {
    Int((moment.seconds - (moment.seconds % 60 + 60) % 60) / 60)
  }
}
