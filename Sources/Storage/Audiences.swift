package import Database
package import Model
package import Octets

/// Contact files as they come in, row by row.
package struct Audiences: Sendable {
  let pool: DatabasePool

  package func add(_ audience: Audience, now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try Self.insert(audience, now: now, on: connection)
    }
  }

  static func insert(
    _ audience: Audience, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) {
    var names: [UInt8] = []
    FieldList.append(audience.fieldNames.map { [UInt8]($0.utf8)[...] }, to: &names)
    try connection.change(
      """
      INSERT INTO audiences (workspace_id, id, file, state, field_names, email_column,
        file_offset, line, created_at)
      VALUES (\(audience.workspace), \(audience.id), \(audience.file),
        \(audience.state.rawValue), \(text: names), \(audience.emailColumn),
        \(audience.offset), \(audience.line), \(now))
      """)
  }

  package func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Audience? {
    try await pool.read { connection throws(DatabaseError) in
      guard
        let row = try connection.first(
          """
          SELECT file, state, field_names, email_column, file_offset, line FROM audiences
          WHERE workspace_id = \(workspace) AND id = \(id)
          """)
      else { return nil }
      guard let names = FieldList.values(try row.octets("field_names")),
        let state = Audience.State(rawValue: try row.text("state"))
      else { throw .unexpectedColumn("field_names") }
      return Audience(
        id: id, workspace: workspace, file: try row.text("file"), state: state,
        fieldNames: names.map { String(decoding: $0, as: UTF8.self) },
        emailColumn: try row.integer("email_column"), offset: try row.integer("file_offset"),
        line: try row.integer("line"))
    }
  }

  /// Stores a batch of rows and how far the file has been read, in one transaction.
  ///
  /// A row for a person who is there already is kept as refused, with the line of the first.
  package func store(
    _ rows: [AudienceRow], of audience: Audience, state: Audience.State
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      let insert = try connection.statement(
        """
        INSERT INTO audience_rows
          (workspace_id, audience_id, line, email, email_key, fields, refusal)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (workspace_id, audience_id, email_key) WHERE email_key IS NOT NULL DO NOTHING
        """)
      let workspace = audience.workspace.octets
      let id = audience.id.octets
      func add(_ row: AudienceRow) throws(DatabaseError) -> Bool {
        insert.bind(blob: workspace, at: 1)
        insert.bind(blob: id, at: 2)
        insert.bind(row.line, at: 3)
        insert.bind(text: row.email, at: 4)
        if let key = row.key { insert.bind(text: key, at: 5) } else { insert.bindNull(at: 5) }
        insert.bind(text: row.fields, at: 6)
        if let refusal = row.refusal {
          insert.bind(text: [UInt8](refusal.utf8), at: 7)
        } else {
          insert.bindNull(at: 7)
        }
        return try insert.run() > 0
      }
      for row in rows where try !add(row) {
        let first = try connection.first(
          """
          SELECT line FROM audience_rows WHERE workspace_id = \(audience.workspace)
            AND audience_id = \(audience.id) AND email_key = \(text: row.key)
          """)
        let line = try first?.integer("line") ?? 0
        _ = try add(
          AudienceRow(
            line: row.line, email: row.email, key: nil, fields: row.fields,
            refusal: "duplicate of line \(line)"))
      }
      try connection.change(
        """
        UPDATE audiences SET state = \(state.rawValue), file_offset = \(audience.offset),
          line = \(audience.line)
        WHERE workspace_id = \(audience.workspace) AND id = \(audience.id)
        """)
    }
  }

  /// Removes an audience whose file turned out to be unreadable, with the campaign made for it.
  package func discard(_ audience: Audience) async throws(DatabaseError) {
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
