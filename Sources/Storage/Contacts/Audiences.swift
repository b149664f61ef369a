public import Database
public import Model
public import Octets

/// Lists: contact files as they come in, row by row.
public struct Audiences: Sendable {
  let pool: DatabasePool
  let doorbell: Doorbell

  public func add(_ audience: Audience, now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try Self.insert(audience, now: now, on: connection)
    }
    doorbell.ring()
  }

  static func insert(
    _ audience: Audience, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      """
      INSERT INTO audiences (workspace_id, id, file, state, field_names, email_column,
        file_offset, line, created_at, name, kind, failure)
      VALUES (\(audience.workspace), \(audience.id), \(audience.file),
        \(audience.state.rawValue), \(text: names(audience)), \(audience.emailColumn),
        \(audience.offset), \(audience.line), \(now), \(audience.name),
        \(audience.kind.rawValue), \(audience.failure))
      """)
  }

  public func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Audience? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first("\(Self.columns) WHERE workspace_id = \(workspace) AND id = \(id)")
        .map { row throws(DatabaseError) in try Audience(row) }
    }
  }

  /// Writes another name, file, or choice of columns, as long as no row of it is stored.
  ///
  /// With the state `reading` the importer takes it up.
  ///
  /// - Returns: `false` when rows are stored already, a campaign that has begun uses it, or there is
  ///   no such list.
  @discardableResult
  public func update(_ audience: Audience) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      try Self.update(audience, on: connection)
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  private static func update(
    _ audience: Audience, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    try connection.change(
      """
      UPDATE audiences SET name = \(audience.name), file = \(audience.file),
        state = \(audience.state.rawValue), field_names = \(text: names(audience)),
        email_column = \(audience.emailColumn), file_offset = \(audience.offset),
        line = \(audience.line), failure = \(audience.failure)
      WHERE workspace_id = \(audience.workspace) AND id = \(audience.id)
        AND row_count = 0 AND state <> 'ready'
        AND NOT EXISTS (SELECT 1 FROM campaigns AS c
          WHERE c.workspace_id = \(audience.workspace) AND c.audience_id = \(audience.id)
            AND c.state NOT IN ('draft', 'awaiting_approval', 'scheduled'))
      """) > 0
  }

  /// Adds a list, or writes it anew as far as ``update(_:)`` does.
  ///
  /// - Returns: `false` when it is there and may not be written any more.
  static func put(
    _ audience: Audience, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    if try update(audience, on: connection) { return true }
    guard
      try connection.first(
        """
        SELECT id FROM audiences
        WHERE workspace_id = \(audience.workspace) AND id = \(audience.id)
        """) == nil
    else { return false }
    try insert(audience, now: audience.createdAt, on: connection)
    return true
  }

  /// Gives a list another name.
  ///
  /// - Returns: `false` when there is no such list.
  @discardableResult
  public func rename(
    _ id: Identifier, in workspace: Identifier, to name: String
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        "UPDATE audiences SET name = \(name) WHERE workspace_id = \(workspace) AND id = \(id)") > 0
    }
  }

  /// Gives a draft, or a campaign that waits for its time, another file as a list of its own.
  ///
  /// The list of before stays among the lists; a mere place for a file goes.
  ///
  /// - Returns: `false` when the campaign may no longer be edited, or is not there.
  public func replaceFile(
    of draft: CampaignKey, with audience: Audience, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    guard audience.workspace == draft.workspace else { return false }
    let isDone = try await pool.write { connection throws(DatabaseError) in
      guard
        let row = try connection.first(
          """
          SELECT audience_id FROM campaigns
          WHERE \(campaign: draft) AND state IN ('draft', 'scheduled')
          """)
      else { return false }
      try Self.insert(audience, now: now, on: connection)
      try connection.change(
        """
        UPDATE campaigns SET audience_id = \(audience.id), revision = revision + 1
        WHERE \(campaign: draft)
        """)
      try Self.dropPlace(try row.identifier("audience_id"), in: draft.workspace, on: connection)
      return true
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  /// The files of all workspaces whose rows are missing yet, oldest first, for the importer.
  ///
  /// Where there are more, the first of each workspace come before the second of any.
  public func unread(limit: Int) async throws(DatabaseError) -> [Audience] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run(
        """
        \(Self.columns) WHERE (workspace_id, id) IN (
          SELECT workspace_id, id FROM (
            SELECT workspace_id, id,
              ROW_NUMBER() OVER (PARTITION BY workspace_id ORDER BY id) AS place
            FROM audiences WHERE state = 'reading') AS waiting
          ORDER BY place, id LIMIT \(page: limit))
        ORDER BY id
        """
      ).map { row throws(DatabaseError) in try Audience(row) }
    }
  }

  /// Notes why a file cannot be read to its end.
  ///
  /// - Returns: `false` when it was not being read any more.
  @discardableResult
  public func fail(
    _ id: Identifier, in workspace: Identifier, failure: String
  ) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE audiences SET state = 'failed', failure = \(failure)
        WHERE workspace_id = \(workspace) AND id = \(id) AND state = 'reading'
        """) > 0
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  // MARK: Rows

  static let columns: SQL = """
    SELECT workspace_id, id, file, state, field_names, email_column, file_offset, line, created_at,
      name, kind, failure, row_count, refused_count
    FROM audiences
    """

  /// The names of the columns as the database keeps them.
  static func names(_ audience: Audience) -> [UInt8] {
    var names: [UInt8] = []
    FieldList.append(audience.fieldNames.map { [UInt8]($0.utf8)[...] }, to: &names)
    return names
  }

  static func names(_ row: Row) throws(DatabaseError) -> [String] {
    guard let names = FieldList.values(try row.octets("field_names")) else {
      throw .unexpectedColumn("field_names")
    }
    return names.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Audience {
  init(_ row: Row) throws(DatabaseError) {
    guard let state = State(rawValue: try row.text("state")) else {
      throw .unexpectedColumn("state")
    }
    guard let kind = Kind(rawValue: try row.text("kind")) else { throw .unexpectedColumn("kind") }
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"),
      file: try row.text("file"), state: state, fieldNames: try Audiences.names(row),
      emailColumn: try row.integer("email_column"), offset: try row.integer("file_offset"),
      line: try row.integer("line"), name: try row.text("name"), kind: kind,
      failure: try row.textIfAny("failure"), rowCount: try row.integer("row_count"),
      refusedCount: try row.integer("refused_count"), createdAt: try row.moment("created_at"))
  }
}
