public import Database
public import Model
public import Octets

extension Audiences {
  /// Stores a batch of rows and how far the file has been read, in one transaction.
  ///
  /// A row for a person who is there already is kept as refused, with the line of the first.
  /// Nothing is stored when the list has been removed, or is to be read anew in another way; then
  /// the error is ``DatabaseError/constraint(_:)``.
  public func store(
    _ rows: [AudienceRow], of audience: Audience, state: Audience.State
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      let refused = try Self.insert(rows, of: audience, on: connection)
      let changed = try connection.change(
        """
        UPDATE audiences SET state = \(state.rawValue), file_offset = \(audience.offset),
          line = \(audience.line), row_count = row_count + \(rows.count),
          refused_count = refused_count + \(refused)
        WHERE workspace_id = \(audience.workspace) AND id = \(audience.id)
          AND state <> 'empty' AND email_column = \(audience.emailColumn)
        """)
      if changed == 0 { throw .constraint("the list was removed or changed while it was read") }
    }
    doorbell.ring()
  }

  /// Adds the audience of a single message: one row that is ready.
  public func addSingle(
    _ audience: Audience, recipient: AudienceRow, now: Timestamp
  ) async throws(DatabaseError) {
    var single = audience
    single.kind = .single
    single.state = .ready
    let ready = single
    try await pool.write { connection throws(DatabaseError) in
      try Self.insert(ready, now: now, on: connection)
      let refused = try Self.insert([recipient], of: ready, on: connection)
      _ = try connection.change(
        """
        UPDATE audiences SET row_count = 1, refused_count = \(refused)
        WHERE workspace_id = \(ready.workspace) AND id = \(ready.id)
        """)
    }
    doorbell.ring()
  }

  /// - Returns: How many of the rows cannot be mailed.
  private static func insert(
    _ rows: [AudienceRow], of audience: Audience, on connection: Connection
  ) throws(DatabaseError) -> Int {
    let insert = try connection.statement(
      """
      INSERT INTO audience_rows
        (workspace_id, audience_id, line, email, email_key, fields, refusal)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (workspace_id, audience_id, email_key) WHERE email_key IS NOT NULL DO NOTHING
      """)
    let workspace = audience.workspace.octets
    let id = audience.id.octets
    var refused = 0
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
      guard try insert.run() > 0 else { return false }
      if row.refusal != nil { refused += 1 }
      return true
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
    return refused
  }
}
