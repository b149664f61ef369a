public import Database
public import Model
import Octets

extension Audiences {
  /// Rows that one transaction removes: the ledgers of other campaigns never wait long.
  private static let chunk = 5_000

  /// Removes a list; drafts that use it get an empty place instead.
  ///
  /// It is out of sight at once; its rows go in short transactions.
  ///
  /// - Returns: `false` when a campaign that is not a draft uses it, or it is not there.
  public func remove(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Bool {
    let isHidden = try await pool.write { connection throws(DatabaseError) in
      let isUsed = try connection.first(
        """
        SELECT id FROM campaigns WHERE workspace_id = \(workspace) AND audience_id = \(id)
          AND state <> 'draft' LIMIT 1
        """)
      guard isUsed == nil,
        let list = try connection.first(
          "\(Self.columns) WHERE workspace_id = \(workspace) AND id = \(id) AND state <> 'empty'")
      else { return false }
      let created = try list.moment("created_at")
      for draft in try connection.run(
        "SELECT id FROM campaigns WHERE workspace_id = \(workspace) AND audience_id = \(id)")
      {
        let place = Audience(
          id: .new(), workspace: workspace, file: "", state: .empty, fieldNames: [],
          emailColumn: 0, offset: 0, line: 0)
        try Self.insert(place, now: created, on: connection)
        try connection.change(
          """
          UPDATE campaigns SET audience_id = \(place.id), revision = revision + 1
          WHERE workspace_id = \(workspace) AND id = \(try draft.identifier("id"))
          """)
      }
      try connection.change(
        """
        UPDATE audiences SET state = 'empty', file = ''
        WHERE workspace_id = \(workspace) AND id = \(id)
        """)
      return true
    }
    guard isHidden else { return false }
    try await dropRows(of: id, in: workspace)
    return true
  }

  /// Ends removals that a crash interrupted, in all workspaces: for the program's start.
  ///
  /// - Returns: How many lists were removed for good.
  @discardableResult
  public func sweep() async throws(DatabaseError) -> Int {
    let left = try await pool.read { connection throws(DatabaseError) in
      try connection.run(
        """
        SELECT workspace_id, id FROM audiences AS a WHERE state = 'empty' AND NOT EXISTS (
          SELECT 1 FROM campaigns AS c
          WHERE c.workspace_id = a.workspace_id AND c.audience_id = a.id)
        """
      ).map { row throws(DatabaseError) in
        (workspace: try row.identifier("workspace_id"), id: try row.identifier("id"))
      }
    }
    for (workspace, id) in left { try await dropRows(of: id, in: workspace) }
    return left.count
  }

  private func dropRows(
    of id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) {
    var isMore = true
    while isMore {
      isMore = try await pool.write { connection throws(DatabaseError) in
        let rows: SQL = "workspace_id = \(workspace) AND audience_id = \(id)"
        let dropped = try connection.change(
          """
          DELETE FROM audience_rows WHERE \(rows) AND line IN (
            SELECT line FROM audience_rows WHERE \(rows) ORDER BY line LIMIT \(Self.chunk))
          """)
        if dropped == 0 { try Self.dropPlace(id, in: workspace, on: connection) }
        return dropped > 0
      }
    }
  }

  /// Removes a place without a file, as long as no campaign has it.
  static func dropPlace(
    _ id: Identifier, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      """
      DELETE FROM audiences WHERE workspace_id = \(workspace) AND id = \(id) AND state = 'empty'
        AND NOT EXISTS (SELECT 1 FROM campaigns AS c WHERE c.workspace_id = \(workspace)
          AND c.audience_id = \(id))
        AND NOT EXISTS (SELECT 1 FROM audience_rows AS r WHERE r.workspace_id = \(workspace)
          AND r.audience_id = \(id))
      """)
  }

  /// Removes an audience whose file turned out to be unreadable, with the campaign made for it.
  public func discard(_ audience: Audience) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      let scope: SQL =
        "workspace_id = \(audience.workspace) AND audience_id = \(audience.id)"
      try connection.change(
        """
        DELETE FROM campaign_attachments WHERE workspace_id = \(audience.workspace)
          AND campaign_id IN (SELECT id FROM campaigns WHERE \(scope))
        """)
      try connection.change("DELETE FROM campaigns WHERE \(scope) AND planned_line = 0")
      try connection.change("DELETE FROM audience_rows WHERE \(scope)")
      _ = try connection.change(
        """
        DELETE FROM audiences
        WHERE workspace_id = \(audience.workspace) AND id = \(audience.id)
        """)
    }
  }
}
