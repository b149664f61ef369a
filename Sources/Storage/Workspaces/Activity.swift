import Database
package import Model
package import Octets

extension Workspaces {
  /// What the workspace holds.
  ///
  /// Counted from figures that are kept with lists and campaigns; no recipient's row is read.
  package func totals(_ workspace: Identifier) async throws(StoreError) -> WorkspaceTotals {
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

  /// What became of messages from `since` to `now`, in spans of equal length, oldest first; spans
  /// in which nothing happened are there as zeros.
  ///
  /// Beginning and span are cut to whole minutes. There are at most 2,000 points; where more would
  /// be needed, the oldest are left out.
  package func activity(
    _ workspace: Identifier, since: Timestamp, span: Duration, now: Timestamp
  ) async throws(StoreError) -> [ActivityPoint] {
    let last = Self.minute(now)
    let width = max(1, min(Int(span / .seconds(60)), 525_600))
    var first = Self.minute(since)
    guard first <= last else { return [] }
    var count = (last - first) / width + 1
    if count > Self.mostPoints {
      first += (count - Self.mostPoints) * width
      count = Self.mostPoints
    }
    let (start, size) = (first, count)
    return try await pool.read { connection throws(DatabaseError) in
      var points = (0..<size).map { place in
        ActivityPoint(start: Timestamp(seconds: Int64(start + place * width) * 60))
      }
      for row in try connection.run(
        """
        SELECT (minute - \(start)) / \(width) AS place, SUM(sent) AS sent,
          SUM(deferred) AS deferred, SUM(failed) AS failed, SUM(in_doubt) AS in_doubt
        FROM sender_minutes
        WHERE workspace_id = \(workspace) AND minute BETWEEN \(start) AND \(last)
        GROUP BY place
        """)
      {
        let place = try row.integer("place")
        guard points.indices.contains(place) else { continue }
        points[place].sent = try row.integer("sent")
        points[place].deferred = try row.integer("deferred")
        points[place].failed = try row.integer("failed")
        points[place].unknown = try row.integer("in_doubt")
      }
      return points
    }
  }

  private static let mostPoints = 2_000

  /// Minutes since 1970, as `sender_minutes` counts them.
  private static func minute(_ moment: Timestamp) -> Int {
    Int((moment.seconds - (moment.seconds % 60 + 60) % 60) / 60)
  }
}
