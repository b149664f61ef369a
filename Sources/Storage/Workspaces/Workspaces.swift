public import Database
public import Model
public import Octets

/// The separate houses of an installation: nothing of one is seen in another.
public struct Workspaces: Sendable {
  let pool: DatabasePool

  /// The oldest workspace; where there is none, `new` is added.
  public func first(
    orAdd new: Workspace, now: Timestamp
  ) async throws(DatabaseError) -> Workspace {
    try await pool.write { connection throws(DatabaseError) in
      if let row = try connection.first("\(Self.columns) ORDER BY created_at, id LIMIT 1") {
        return try Workspace(row)
      }
      try Self.insert(new, now: now, on: connection)
      return new
    }
  }

  static func insert(
    _ workspace: Workspace, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      """
      INSERT INTO workspaces (id, name, sealed_link_key, created_at, time_zone, messages_per_hour)
      VALUES (\(workspace.id), \(workspace.name), \(blob: workspace.sealedLinkKey), \(now),
        \(workspace.timeZone), \(workspace.messagesPerHour))
      """)
  }

  public func find(_ id: Identifier) async throws(DatabaseError) -> Workspace? {
    try await pool.read { connection throws(DatabaseError) in
      try Self.find(id, on: connection)
    }
  }

  static func find(
    _ id: Identifier, on connection: Connection
  ) throws(DatabaseError) -> Workspace? {
    try connection.first("\(columns) WHERE id = \(id)")
      .map { row throws(DatabaseError) in try Workspace(row) }
  }

  /// Writes name, zone and hourly limit; the link key stays.
  ///
  /// - Returns: `false` when there is no such workspace.
  @discardableResult
  public func update(_ workspace: Workspace) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE workspaces SET name = \(workspace.name), time_zone = \(workspace.timeZone),
          messages_per_hour = \(workspace.messagesPerHour)
        WHERE id = \(workspace.id)
        """) > 0
    }
  }

  private static let columns: SQL = """
    SELECT id, name, sealed_link_key, time_zone, messages_per_hour FROM workspaces
    """
}

extension Workspace {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.identifier("id"), name: try row.text("name"),
      sealedLinkKey: try row.octets("sealed_link_key"), timeZone: try row.text("time_zone"),
      messagesPerHour: try row.integerIfAny("messages_per_hour"))
  }
}
