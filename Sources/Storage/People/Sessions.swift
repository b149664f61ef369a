public import Database
public import Model
public import Octets

/// The browsers that are signed in, over all workspaces: a session's token says which it is in.
///
/// Only digests of tokens come here.
public struct Sessions: Sendable {
  let pool: DatabasePool
  /// How stale the note of the last request may become, so that not every request writes.
  private static let noteEvery = Duration.seconds(60)

  /// Begins a session and notes the sign-in with the user.
  ///
  /// `user` is as it was when the password was checked.
  ///
  /// - Returns: `false`, and no session, when the user has been disabled since, or has another
  ///   password.
  @discardableResult
  public func begin(
    digest: [UInt8], user: User, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      let isWelcome = try connection.change(
        """
        UPDATE users SET signed_in_at = \(now)
        WHERE id = \(user.id) AND is_disabled = 0 AND password_hash = \(user.passwordHash)
        """)
      guard isWelcome > 0 else { return false }
      try connection.change(
        """
        INSERT INTO sessions (token_digest, workspace_id, user_id, created_at, seen_at)
        VALUES (\(blob: digest), \(user.workspace), \(user.id), \(now), \(now))
        """)
      return true
    }
  }

  /// Who is signed in, and where they work.
  ///
  /// - Returns: `nil` when the session has ended, by idleness or age, or the user is disabled.
  public func find(
    digest: [UInt8], now: Timestamp
  ) async throws(DatabaseError) -> (user: User, workspace: Workspace)? {
    typealias Found = (seenAt: Timestamp, user: User, workspace: Workspace)
    let found = try await pool.read { connection throws(DatabaseError) -> Found? in
      guard
        let row = try connection.first(
          """
          SELECT user_id, seen_at FROM sessions WHERE token_digest = \(blob: digest)
            AND seen_at >= \(now + (.zero - SignInRule.idle))
            AND created_at >= \(now + (.zero - SignInRule.longest))
          """),
        let user = try Users.find(try row.identifier("user_id"), on: connection),
        !user.isDisabled,
        let workspace = try Workspaces.find(user.workspace, on: connection)
      else { return nil }
      return (try row.moment("seen_at"), user, workspace)
    }
    guard let found else { return nil }
    if now - found.seenAt >= Self.noteEvery {
      // Pages stay readable on a full disk: a note that is not taken signs nobody out at once.
      try? await note(digest, at: now)
    }
    return (found.user, found.workspace)
  }

  private func note(_ digest: [UInt8], at now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        UPDATE sessions SET seen_at = \(now) WHERE token_digest = \(blob: digest)
          AND seen_at < \(now)
        """)
    }
  }

  public func end(digest: [UInt8]) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change("DELETE FROM sessions WHERE token_digest = \(blob: digest)")
    }
  }

  /// Signs a user out everywhere, or everywhere but in the session that asks.
  public func endAll(
    of user: Identifier, except digest: [UInt8]?
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try Self.endAll(of: user, except: digest, on: connection)
    }
  }

  static func endAll(
    of user: Identifier, except digest: [UInt8]?, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      "DELETE FROM sessions WHERE user_id = \(user) AND token_digest <> \(blob: digest ?? [])")
  }

  /// Removes what has ended by itself.
  public func sweep(now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        DELETE FROM sessions WHERE seen_at < \(now + (.zero - SignInRule.idle))
          OR created_at < \(now + (.zero - SignInRule.longest))
        """)
    }
  }
}
