public import Database
public import Model
public import Octets

/// How the mail server within misbehaves for each workspace.
public struct Rehearsals: Sendable {
  let pool: DatabasePool
  let doorbell: Doorbell

  /// What a workspace rehearses; `nil` when everything is accepted.
  public func find(in workspace: Identifier) async throws(StoreError) -> Rehearsal? {
    try await pool.read { connection throws(DatabaseError) in
      guard
        let row = try connection.first(
          "SELECT script, begun_at FROM rehearsals WHERE workspace_id = \(workspace)")
      else { return nil }
      return try Rehearsal(row)
    }
  }

  /// What is rehearsed anywhere, by workspace.
  public func all() async throws(StoreError) -> [Identifier: Rehearsal] {
    try await pool.read { connection throws(DatabaseError) in
      var all: [Identifier: Rehearsal] = [:]
      // Of the whole installation: one server within serves all workspaces.
      for row in try connection.run("SELECT workspace_id, script, begun_at FROM rehearsals") {
        all[try row.identifier("workspace_id")] = try Rehearsal(row)
      }
      return all
    }
  }

  /// Begins a rehearsal, or with `nil` ends it, and rings.
  public func choose(
    _ script: Rehearsal.Script?, in workspace: Identifier, now: Timestamp
  ) async throws(StoreError) {
    try await pool.write { connection throws(DatabaseError) in
      guard let script else {
        _ = try connection.change("DELETE FROM rehearsals WHERE workspace_id = \(workspace)")
        return
      }
      _ = try connection.change(
        """
        INSERT INTO rehearsals (workspace_id, script, begun_at)
        VALUES (\(workspace), \(script.rawValue), \(now))
        ON CONFLICT (workspace_id) DO UPDATE
        SET script = excluded.script, begun_at = excluded.begun_at
        """)
    }
    doorbell.ring()
  }
}

extension Rehearsal {
  /// `nil` for a script that this program does not have.
  fileprivate init?(_ row: Row) throws(DatabaseError) {
    let begunAt = try row.moment("begun_at")
    guard let script = Script(rawValue: try row.text("script")) else { return nil }
    self.init(script, begunAt: begunAt)
  }
}
