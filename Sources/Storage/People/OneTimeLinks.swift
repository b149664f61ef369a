public import Database
public import Model
public import Octets

/// Links that work once, over all workspaces: who follows one is not signed in.
///
/// Only digests of their tokens come here.
public struct OneTimeLinks: Sendable {
  let pool: DatabasePool

  public func add(_ link: OneTimeLink, digest: [UInt8]) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        INSERT INTO one_time_links
          (token_digest, purpose, workspace_id, user_id, email, created_by, created_at, expires_at)
        VALUES (\(blob: digest), \(link.purpose.rawValue), \(link.workspace), \(link.user),
          \(link.email), \(link.creator), \(link.createdAt), \(link.expiresAt))
        """)
    }
  }

  /// The link as long as it may be used, which is never while whoever made it is disabled.
  public func find(
    digest: [UInt8], now: Timestamp
  ) async throws(DatabaseError) -> OneTimeLink? {
    try await pool.read { connection throws(DatabaseError) in
      try Self.find(digest, now: now, on: connection)
    }
  }

  /// Uses a link up.
  ///
  /// - Returns: The link, to the one caller who was first; `nil` to all others, once it has
  ///   expired, and while whoever made it is disabled.
  public func use(
    digest: [UInt8], now: Timestamp
  ) async throws(DatabaseError) -> OneTimeLink? {
    try await pool.write { connection throws(DatabaseError) in
      guard let link = try Self.find(digest, now: now, on: connection) else { return nil }
      try connection.change(
        "UPDATE one_time_links SET used_at = \(now) WHERE token_digest = \(blob: digest)")
      return link
    }
  }

  private static func find(
    _ digest: [UInt8], now: Timestamp, on connection: Connection
  ) throws(DatabaseError) -> OneTimeLink? {
    try connection.first(
      """
      \(columns) WHERE token_digest = \(blob: digest) AND \(isGood(now))
      """
    ).map { row throws(DatabaseError) in try OneTimeLink(row) }
  }

  /// A workspace's links that wait to be followed, by the digests of their tokens, newest first, at
  /// most 200.
  public func pending(
    _ purpose: OneTimeLink.Purpose, in workspace: Identifier, now: Timestamp
  ) async throws(DatabaseError) -> [(digest: [UInt8], link: OneTimeLink)] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run(
        """
        \(Self.columns) WHERE workspace_id = \(workspace) AND purpose = \(purpose.rawValue)
          AND \(Self.isGood(now))
        ORDER BY created_at DESC LIMIT 200
        """
      ).map { row throws(DatabaseError) in
        (digest: try row.octets("token_digest"), link: try OneTimeLink(row))
      }
    }
  }

  /// Takes back a link that has not been used.
  ///
  /// - Returns: `false` when the workspace has no such link.
  public func withdraw(
    _ purpose: OneTimeLink.Purpose, digest: [UInt8], in workspace: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        DELETE FROM one_time_links
        WHERE token_digest = \(blob: digest) AND workspace_id = \(workspace)
          AND purpose = \(purpose.rawValue) AND used_at IS NULL
        """) > 0
    }
  }

  /// Removes what can no longer be used.
  public func sweep(now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        "DELETE FROM one_time_links WHERE used_at IS NOT NULL OR expires_at <= \(now)")
    }
  }

  private static func isGood(_ now: Timestamp) -> SQL {
    """
    used_at IS NULL AND expires_at > \(now)
      AND NOT EXISTS (SELECT 1 FROM users AS u WHERE u.id = created_by AND u.is_disabled = 1)
    """
  }

  private static let columns: SQL = """
    SELECT token_digest, purpose, workspace_id, user_id, email, created_by, created_at, expires_at
    FROM one_time_links
    """
}

extension OneTimeLink {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    guard let purpose = Purpose(rawValue: try row.text("purpose")) else {
      throw .unexpectedColumn("purpose")
    }
    self.init(
      purpose: purpose, workspace: try row.identifierIfAny("workspace_id"),
      user: try row.identifierIfAny("user_id"), email: try row.textIfAny("email"),
      creator: try row.identifierIfAny("created_by"), createdAt: try row.moment("created_at"),
      expiresAt: try row.moment("expires_at"))
  }
}
