public import Database
public import Model
import Octets

extension Audiences {
  /// A page of everyone in all lists who can be mailed, by address; `search` is the beginning of
  /// an address.
  ///
  /// Who is in two lists is there twice. The page after a row that is gone is empty.
  public func contacts(
    in workspace: Identifier, after place: ContactRow.Place? = nil, limit: Int,
    search: String? = nil
  ) async throws(DatabaseError) -> [ContactRow] {
    let limit = min(max(0, limit), 1_000)
    return try await pool.read { connection throws(DatabaseError) in
      var last: Entry?
      if let place {
        guard let entry = try Self.entry(at: place, in: workspace, on: connection) else {
          return []
        }
        last = entry
      }
      var lists: [Identifier: Row] = [:]
      var entries: [Entry] = []
      // Each list is in the order of its addresses by an index; the page takes from all of them
      // what comes first. With a page full, a list is asked only for what comes before its end.
      for row in try connection.run(
        """
        SELECT id, name, field_names FROM audiences
        WHERE workspace_id = \(workspace) AND kind = 'list' AND state <> 'empty' ORDER BY id
        """)
      {
        let list = try row.identifier("id")
        lists[list] = row
        let found = try Self.entries(
          of: list, in: workspace, after: last, before: entries.count < limit ? nil : entries.last,
          prefix: AddressPrefix(search), limit: limit, on: connection)
        if !found.isEmpty { entries = Array((entries + found).sorted().prefix(limit)) }
      }
      var page: [ContactRow] = []
      for entry in entries {
        guard let list = lists[entry.list] else { continue }
        page.append(
          try Self.contact(entry, of: list, in: workspace, on: connection))
      }
      return page
    }
  }

  /// A row's place in the order of all lists.
  private struct Entry: Comparable {
    let key: [UInt8]
    let list: Identifier
    let line: Int

    static func < (left: Self, right: Self) -> Bool {
      if left.key != right.key { return left.key.lexicographicallyPrecedes(right.key) }
      return left.list < right.list
    }
  }

  private static func entry(
    at place: ContactRow.Place, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) -> Entry? {
    let key = try connection.first(
      """
      SELECT email_key FROM audience_rows
      WHERE workspace_id = \(workspace) AND audience_id = \(place.list) AND line = \(place.line)
      """)?.octetsIfAny("email_key")
    return key.map { Entry(key: $0, list: place.list, line: place.line) }
  }

  /// The first entries of a list behind one and before another.
  private static func entries(
    of list: Identifier, in workspace: Identifier, after: Entry?, before: Entry?,
    prefix: AddressPrefix?, limit: Int, on connection: Connection
  ) throws(DatabaseError) -> [Entry] {
    var query: SQL = """
      SELECT email_key, line FROM audience_rows WHERE workspace_id = \(workspace)
        AND audience_id = \(list) AND email_key IS NOT NULL
      """
    if let prefix { query = query + " AND \(prefix.condition(on: "email_key"))" }
    if let after {
      // An address that the list of the last row shares with this one comes after it.
      query =
        query
        + (after.list < list
          ? " AND email_key >= \(text: after.key)" : " AND email_key > \(text: after.key)")
    }
    if let before { query = query + " AND email_key < \(text: before.key)" }
    return try connection.run(query + " ORDER BY email_key LIMIT \(limit)")
      .map { row throws(DatabaseError) in
        Entry(key: try row.octets("email_key"), list: list, line: try row.integer("line"))
      }
  }

  private static func contact(
    _ entry: Entry, of list: Row, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) -> ContactRow {
    guard
      let row = try connection.first(
        """
        SELECT email, fields, refusal FROM audience_rows WHERE workspace_id = \(workspace)
          AND audience_id = \(entry.list) AND line = \(entry.line)
        """)
    else { throw .unexpectedColumn("line") }
    return ContactRow(
      email: try row.text("email"), list: entry.list, listName: try list.text("name"),
      line: entry.line, fieldNames: try names(list), fields: try row.octets("fields"),
      refusal: try row.textIfAny("refusal"))
  }
}
