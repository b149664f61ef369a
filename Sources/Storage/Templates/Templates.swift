public import Database
public import Model
public import Octets

/// Subjects and bodies to begin campaigns from.
public struct Templates: Sendable {
  let pool: DatabasePool

  public func add(_ template: MailTemplate) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        INSERT INTO templates
          (workspace_id, id, name, subject, html, text, created_at, changed_at)
        VALUES (\(template.workspace), \(template.id), \(template.name), \(template.subject),
          \(text: template.html), \(text: template.text), \(template.createdAt),
          \(template.changedAt))
        """)
    }
  }

  /// Writes name, subject and body.
  ///
  /// - Returns: `false` when there is no such template.
  @discardableResult
  public func update(
    _ template: MailTemplate, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE templates SET name = \(template.name), subject = \(template.subject),
          html = \(text: template.html), text = \(text: template.text), changed_at = \(now)
        WHERE workspace_id = \(template.workspace) AND id = \(template.id)
        """) > 0
    }
  }

  public func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> MailTemplate? {
    try await pool.read { connection throws(DatabaseError) in
      try Self.find(id, in: workspace, on: connection)
    }
  }

  private static func find(
    _ id: Identifier, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) -> MailTemplate? {
    try connection.first("\(columns) WHERE workspace_id = \(workspace) AND id = \(id)")
      .map { row throws(DatabaseError) in try MailTemplate(row) }
  }

  /// A page of templates, newest first; `search` is part of a name or subject.
  public func page(
    in workspace: Identifier, after: Identifier? = nil, limit: Int, search: String? = nil
  ) async throws(DatabaseError) -> [MailTemplate] {
    try await pool.read { connection throws(DatabaseError) in
      var query: SQL = "\(Self.columns) WHERE workspace_id = \(workspace)"
      if let after { query = query + " AND id < \(after)" }
      if let search, !search.isEmpty {
        query = query + " AND \(SQL.anyOf(["name", "subject"], contain: search))"
      }
      return try connection.run(query + " ORDER BY id DESC LIMIT \(page: limit)")
        .map { row throws(DatabaseError) in try MailTemplate(row) }
    }
  }

  /// Removes a template; campaigns that began from it keep what they took.
  ///
  /// - Returns: `false` when there is no such template.
  public func remove(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        "DELETE FROM templates WHERE workspace_id = \(workspace) AND id = \(id)") > 0
    }
  }

  /// Adds the same template once more, as “Copy of …”.
  ///
  /// - Returns: `nil` when there is no such template.
  public func copy(
    _ id: Identifier, in workspace: Identifier, as new: Identifier = .new(), now: Timestamp
  ) async throws(DatabaseError) -> MailTemplate? {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        INSERT INTO templates
          (workspace_id, id, name, subject, html, text, created_at, changed_at)
        SELECT workspace_id, \(new), substr('Copy of ' || name, 1, 200), subject, html, text,
          \(now), \(now)
        FROM templates WHERE workspace_id = \(workspace) AND id = \(id)
        """)
      return try Self.find(new, in: workspace, on: connection)
    }
  }

  private static let columns: SQL = """
    SELECT workspace_id, id, name, subject, html, text, created_at, changed_at FROM templates
    """
}

extension MailTemplate {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"),
      name: try row.text("name"), subject: try row.text("subject"),
      html: try row.octetsIfAny("html"), text: try row.octetsIfAny("text"),
      createdAt: try row.moment("created_at"), changedAt: try row.moment("changed_at"))
  }
}
