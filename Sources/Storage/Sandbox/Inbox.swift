public import Database
public import Model

/// What the mail server within has taken for each workspace.
public struct Inbox: Sendable {
  let pool: DatabasePool
  let doorbell: Doorbell
  /// How many messages a workspace keeps; older ones make room.
  public static let capacity = 10_000
  /// How many octets of large messages a workspace keeps, for the same reason: ten thousand with an
  /// attachment each would fill any disk.
  public static let capacityInOctets = 512 << 20
  /// Smaller ones are few octets even when there are ten thousand of them.
  private static let large = 64 << 10

  /// Adds messages with their content, all or none, and rings.
  public func add(
    _ messages: [(message: InboxMessage, content: [UInt8])]
  ) async throws(DatabaseError) {
    guard !messages.isEmpty else { return }
    try await pool.write { connection throws(DatabaseError) in
      for (message, content) in messages {
        try connection.change(
          """
          INSERT INTO inbox_messages (workspace_id, id, received_at, envelope_from, recipients,
            from_header, subject, size, content)
          VALUES (\(message.workspace), \(message.id), \(message.receivedAt),
            \(message.envelopeFrom), \(message.recipients), \(message.from), \(message.subject),
            \(message.size), \(blob: content))
          """)
      }
      for workspace in Set(messages.map(\.message.workspace)) {
        try Self.makeRoom(in: workspace, on: connection)
        // Sizes are added up only when one came that matters.
        if messages.contains(where: {
          $0.message.size > Self.large && $0.message.workspace == workspace
        }) {
          try Self.freeOctets(in: workspace, on: connection)
        }
      }
    }
    doorbell.ring()
  }

  private static func makeRoom(
    in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) {
    guard
      let surplus = try connection.first(
        """
        SELECT id FROM inbox_messages WHERE workspace_id = \(workspace)
        ORDER BY id DESC LIMIT 1 OFFSET \(capacity)
        """)
    else { return }
    try connection.change(
      """
      DELETE FROM inbox_messages
      WHERE workspace_id = \(workspace) AND id <= \(try surplus.identifier("id"))
      """)
  }

  private static func freeOctets(
    in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) {
    guard
      let surplus = try connection.first(
        """
        SELECT id FROM (SELECT id, SUM(size) OVER (ORDER BY id DESC) AS total
          FROM inbox_messages WHERE workspace_id = \(workspace)) AS sums
        WHERE total > \(capacityInOctets) ORDER BY id DESC LIMIT 1
        """)
    else { return }
    try connection.change(
      """
      DELETE FROM inbox_messages
      WHERE workspace_id = \(workspace) AND id <= \(try surplus.identifier("id"))
      """)
  }

  /// The messages older than `last`, newest first; `search` is looked for in subject, sender and
  /// recipients.
  public func page(
    in workspace: Identifier, after last: Identifier?, limit: Int, search: String? = nil
  ) async throws(DatabaseError) -> [InboxMessage] {
    try await pool.read { connection throws(DatabaseError) in
      var conditions: SQL = "workspace_id = \(workspace)"
      if let last { conditions = conditions + " AND id < \(last)" }
      if let search, !search.isEmpty {
        conditions =
          conditions + " AND "
          + .anyOf(["subject", "from_header", "envelope_from", "recipients"], contain: search)
      }
      var messages: [InboxMessage] = []
      for row in try connection.run(
        """
        SELECT \(Self.columns) FROM inbox_messages WHERE \(conditions)
        ORDER BY id DESC LIMIT \(page: limit)
        """)
      { messages.append(try InboxMessage(row)) }
      return messages
    }
  }

  public func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> (message: InboxMessage, content: [UInt8])? {
    try await pool.read { connection throws(DatabaseError) in
      guard
        let row = try connection.first(
          """
          SELECT \(Self.columns), content FROM inbox_messages
          WHERE workspace_id = \(workspace) AND id = \(id)
          """)
      else { return nil }
      return (try InboxMessage(row), try row.octets("content"))
    }
  }

  public func count(in workspace: Identifier) async throws(DatabaseError) -> Int {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        "SELECT COUNT(*) AS n FROM inbox_messages WHERE workspace_id = \(workspace)"
      )?.integer("n") ?? 0
    }
  }

  /// Removes all messages of a workspace, and rings.
  public func clear(in workspace: Identifier) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change("DELETE FROM inbox_messages WHERE workspace_id = \(workspace)")
    }
    doorbell.ring()
  }

  private static let columns: SQL = """
    workspace_id, id, received_at, envelope_from, recipients, from_header, subject, size
    """
}

extension InboxMessage {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"),
      receivedAt: try row.moment("received_at"), envelopeFrom: try row.text("envelope_from"),
      recipients: try row.text("recipients"), from: try row.text("from_header"),
      subject: try row.text("subject"), size: try row.integer("size"))
  }
}
