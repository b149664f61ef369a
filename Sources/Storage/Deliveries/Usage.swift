public import Database
public import Model
public import Octets

/// How many messages left in each minute: what limits by the hour count, after a restart too.
public struct Usage: Sendable {
  let pool: DatabasePool

  /// What left by one sender since a moment, in minutes since 1970, the earliest first; minutes in
  /// which nothing left are not there.
  ///
  /// A message left when the server took it, or may have.
  public func sent(
    by sender: Identifier, in workspace: Identifier, since: Timestamp
  ) async throws(DatabaseError) -> [(minute: Int, count: Int)] {
    try await minutes(
      """
      SELECT minute, sent + in_doubt AS n FROM sender_minutes
      WHERE workspace_id = \(workspace) AND minute >= \(SenderMinutes.minute(of: since))
        AND sender_id = \(sender) AND sent + in_doubt > 0
      ORDER BY minute
      """)
  }

  /// The same over all senders of a workspace.
  public func sent(
    in workspace: Identifier, since: Timestamp
  ) async throws(DatabaseError) -> [(minute: Int, count: Int)] {
    try await minutes(
      """
      SELECT minute, SUM(sent + in_doubt) AS n FROM sender_minutes
      WHERE workspace_id = \(workspace) AND minute >= \(SenderMinutes.minute(of: since))
      GROUP BY minute HAVING SUM(sent + in_doubt) > 0 ORDER BY minute
      """)
  }

  /// Counts a message that belongs to no campaign: `sent`, or `unknown` when it may have left.
  public func note(
    _ state: DeliveryState, by sender: Identifier, in workspace: Identifier, now: Timestamp
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      var minutes = SenderMinutes()
      minutes.add(state, by: sender, in: workspace, at: now)
      try minutes.write(on: connection)
    }
  }

  private func minutes(
    _ query: SQL
  ) async throws(DatabaseError) -> [(minute: Int, count: Int)] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run(query).map { row throws(DatabaseError) in
        (minute: try row.integer("minute"), count: try row.integer("n"))
      }
    }
  }
}
