package import Database
package import Model
package import Octets

/// The separate houses of an installation: nothing of one is seen in another.
package struct Workspaces: Sendable {
  let pool: DatabasePool

  /// The oldest workspace; where there is none, `new` is added.
  package func first(
    orAdd new: Workspace, now: Timestamp
  ) async throws(DatabaseError) -> Workspace {
    try await pool.write { connection throws(DatabaseError) in
      if let row = try connection.first(
        "SELECT id, sealed_link_key FROM workspaces ORDER BY created_at, id LIMIT 1")
      {
        return Workspace(
          id: try row.identifier("id"), sealedLinkKey: try row.octets("sealed_link_key"))
      }
      try connection.change(
        """
        INSERT INTO workspaces (id, name, sealed_link_key, created_at)
        VALUES (\(new.id), \("Main"), \(blob: new.sealedLinkKey), \(now))
        """)
      return new
    }
  }
}
