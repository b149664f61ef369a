public import Database
public import Model
import Octets

extension Audiences {
  /// A page of the lists, newest first; `search` is part of a name.
  public func lists(
    in workspace: Identifier, after: Identifier? = nil, limit: Int, search: String? = nil
  ) async throws(DatabaseError) -> [Audience] {
    try await pool.read { connection throws(DatabaseError) in
      var query: SQL = """
        \(Self.columns) WHERE workspace_id = \(workspace) AND kind = 'list' AND state <> 'empty'
        """
      if let after { query = query + " AND id < \(after)" }
      if let search, !search.isEmpty {
        query = query + " AND \(SQL.anyOf(["name"], contain: search))"
      }
      return try connection.run(query + " ORDER BY id DESC LIMIT \(page: limit)")
        .map { row throws(DatabaseError) in try Audience(row) }
    }
  }

  /// A page of one list's rows in the file's order.
  ///
  /// With `search`, the beginning of an address: those that match, first who can be mailed by
  /// address, then the others in the file's order. `line` is that of the last row of the page
  /// before, 0 at first. `refused` asks for those only that cannot, or that can be mailed.
  public func rows(
    of id: Identifier, in workspace: Identifier, after line: Int, limit: Int,
    search: String? = nil, refused: Bool? = nil
  ) async throws(DatabaseError) -> [AudienceRow] {
    let limit = min(max(0, limit), 1_000)
    return try await pool.read { connection throws(DatabaseError) in
      let scope: SQL = """
        SELECT line, email, email_key, fields, refusal FROM audience_rows
        WHERE workspace_id = \(workspace) AND audience_id = \(id)
        """
      func rows(_ condition: SQL) throws(DatabaseError) -> [AudienceRow] {
        try connection.run(scope + condition)
          .map { row throws(DatabaseError) in try AudienceRow(row) }
      }
      guard let prefix = AddressPrefix(search) else {
        // Refused ones have an index of their own: among a million rows they may be few.
        let kind: SQL =
          switch refused {
          case nil: ""
          case true?: " AND refusal IS NOT NULL"
          case false?: " AND refusal IS NULL"
          }
        return try rows("\(kind) AND line > \(line) ORDER BY line LIMIT \(limit)")
      }
      let last = try rows(" AND line = \(line)").first
      var page: [AudienceRow] = []
      if refused != true, last == nil || last?.key != nil {
        page = try rows(
          """
           AND email_key IS NOT NULL AND \(prefix.condition(on: "email_key"))
            AND email_key > \(text: last?.key ?? []) ORDER BY email_key LIMIT \(limit)
          """)
      }
      if refused != false, page.count < limit {
        page += try rows(
          """
           AND refusal IS NOT NULL AND email_key IS NULL AND \(prefix.condition(on: "lower(email)"))
            AND line > \(last?.key == nil ? line : 0) ORDER BY line LIMIT \(limit - page.count)
          """)
      }
      return page
    }
  }
}

extension AudienceRow {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      line: try row.integer("line"), email: try row.octets("email"),
      key: try row.octetsIfAny("email_key"), fields: try row.octets("fields"),
      refusal: try row.textIfAny("refusal"))
  }
}
