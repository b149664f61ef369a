package import Database
package import Model
package import Octets

/// The separate houses of an installation: nothing of one is seen in another.
package struct Workspaces: Sendable {
  let pool: DatabasePool

  /// The oldest workspace, made when there is none.
  package func first(now: Timestamp) async throws(DatabaseError) -> Identifier {
    try await pool.write { connection throws(DatabaseError) in
      if let row = try connection.first("SELECT id FROM workspaces ORDER BY created_at, id LIMIT 1")
      {
        return try row.identifier("id")
      }
      let id = Identifier.new()
      try connection.change(
        "INSERT INTO workspaces (id, name, created_at) VALUES (\(id), \("Main"), \(now))")
      return id
    }
  }
}
