public import Database
public import Model

/// Why senders cannot stand in for another.
public enum FallbackRefusal: Error, Sendable, Equatable {
  /// A sender is named that is not there.
  case notThere
  /// It would stand in for itself, at once or round a circle: `name` closes the circle.
  case circle(name: String)
  /// Messages would end in the sandbox, and nobody would get them.
  case sandbox
  case tooMany
}

/// Who stands in for a sender whose server cannot be reached or does not let us in.
extension Senders {
  public static let mostFallbacks = 5

  /// The senders that stand in for another, the first in line first; removed ones are left out.
  public func fallbacks(
    of id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> [Sender] {
    try await pool.read { connection throws(DatabaseError) in
      var senders: [Sender] = []
      for row in try connection.run(
        """
        SELECT fallback_id FROM sender_fallbacks
        WHERE workspace_id = \(workspace) AND sender_id = \(id) ORDER BY position
        """)
      {
        let fallback = try row.identifier("fallback_id")
        if let sender = try Self.find(fallback, in: workspace, on: connection) {
          senders.append(sender)
        }
      }
      return senders
    }
  }

  /// Says who stands in for a sender, in their order.
  ///
  /// - Returns: Why not; `nil` when it is done.
  public func setFallbacks(
    _ ids: [Identifier], of id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> FallbackRefusal? {
    try await pool.write { connection throws(DatabaseError) -> FallbackRefusal? in
      guard ids.count <= Self.mostFallbacks else { return .tooMany }
      guard try Self.find(id, in: workspace, on: connection) != nil else { return .notThere }
      for fallback in ids {
        guard let sender = try Self.find(fallback, in: workspace, on: connection) else {
          return .notThere
        }
        if sender.kind == .sandbox { return .sandbox }
        if try Self.leads(from: fallback, to: id, in: workspace, on: connection) {
          return .circle(name: sender.name)
        }
      }
      try connection.change(
        "DELETE FROM sender_fallbacks WHERE workspace_id = \(workspace) AND sender_id = \(id)")
      var seen: Set<Identifier> = []
      for fallback in ids where seen.insert(fallback).inserted {
        try connection.change(
          """
          INSERT INTO sender_fallbacks (workspace_id, sender_id, position, fallback_id)
          VALUES (\(workspace), \(id), \(seen.count), \(fallback))
          """)
      }
      return nil
    }
  }

  /// Whether one who follows the lines of those who stand in comes from one sender to the other.
  private static func leads(
    from start: Identifier, to end: Identifier, in workspace: Identifier,
    on connection: Connection
  ) throws(DatabaseError) -> Bool {
    var seen: Set<Identifier> = []
    var open = [start]
    while let id = open.popLast() {
      if id == end { return true }
      guard seen.insert(id).inserted else { continue }
      for row in try connection.run(
        """
        SELECT fallback_id FROM sender_fallbacks
        WHERE workspace_id = \(workspace) AND sender_id = \(id)
        """)
      { open.append(try row.identifier("fallback_id")) }
    }
    return false
  }
}
