package import Database
package import Model
package import Octets

/// The mail accounts of a workspace.
package struct Senders: Sendable {
  let pool: DatabasePool

  package func add(_ sender: Sender, now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        INSERT INTO senders
          (workspace_id, id, name, host, port, security, username, sealed_password, created_at)
        VALUES (\(sender.workspace), \(sender.id), \(sender.name), \(sender.host), \(sender.port),
          \(sender.security), \(sender.user), \(blob: sender.sealedPassword), \(now))
        """)
    }
  }

  /// Puts another account in a sender's place, as when its password has changed.
  package func update(_ sender: Sender) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        UPDATE senders SET name = \(sender.name), host = \(sender.host), port = \(sender.port),
          security = \(sender.security), username = \(sender.user),
          sealed_password = \(blob: sender.sealedPassword)
        WHERE workspace_id = \(sender.workspace) AND id = \(sender.id)
        """)
    }
  }

  package func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Sender? {
    try await pool.read { connection throws(DatabaseError) in
      let row = try connection.first(
        """
        SELECT workspace_id, id, name, host, port, security, username, sealed_password
        FROM senders WHERE workspace_id = \(workspace) AND id = \(id)
        """)
      return try row.map { row throws(DatabaseError) in try Sender(row) }
    }
  }
}

extension Sender {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"),
      name: try row.text("name"), host: try row.text("host"), port: try row.integer("port"),
      security: try row.text("security"), user: try row.textIfAny("username"),
      sealedPassword: try row.octetsIfAny("sealed_password"))
  }
}
