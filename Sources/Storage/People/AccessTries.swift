public import Database
public import Octets

/// Tries to get in, by account and by address, over all workspaces: who tries is not signed in.
///
/// A subject is a digest, so the table names nobody. A caller that adds its try before it counts
/// and checks the password holds tries at the same time to the limit as well.
public struct AccessTries: Sendable {
  let pool: DatabasePool

  public func add(subject: [UInt8], now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        "INSERT INTO access_tries (subject, at) VALUES (\(blob: subject), \(now))")
    }
  }

  /// How many tries there were at `since` or later.
  public func count(
    subject: [UInt8], since: Timestamp
  ) async throws(DatabaseError) -> Int {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        """
        SELECT COUNT(*) AS n FROM access_tries
        WHERE subject = \(blob: subject) AND at >= \(since)
        """)?.integer("n") ?? 0
    }
  }

  /// Forgets a subject's tries, as when one of them went well.
  public func clear(subject: [UInt8]) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change("DELETE FROM access_tries WHERE subject = \(blob: subject)")
    }
  }

  /// Removes what is older than `moment`.
  public func sweep(before moment: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change("DELETE FROM access_tries WHERE at < \(moment)")
    }
  }
}
