public import Database
public import Model
public import Octets

/// The mail accounts of a workspace.
public struct Senders: Sendable {
  let pool: DatabasePool

  public func add(_ sender: Sender, now: Timestamp) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try Self.insert(sender, now: now, on: connection)
    }
  }

  static func insert(
    _ sender: Sender, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      """
      INSERT INTO senders
        (workspace_id, id, name, host, port, security, username, sealed_password, created_at,
          kind, from_name, from_address, reply_to, messages_per_hour, messages_per_second,
          messages_per_minute, messages_per_day, most_connections, messages_per_connection)
      VALUES (\(sender.workspace), \(sender.id), \(sender.name), \(sender.host), \(sender.port),
        \(sender.security), \(sender.user), \(blob: sender.sealedPassword), \(now),
        \(sender.kind.rawValue), \(sender.fromName), \(sender.fromAddress), \(sender.replyTo),
        \(sender.limits.perHour), \(sender.limits.perSecond), \(sender.limits.perMinute),
        \(sender.limits.perDay), \(sender.limits.connections), \(sender.limits.perConnection))
      """)
    try write(sender.rules, of: sender, on: connection)
  }

  /// Puts another account in a sender's place, as when its password has changed.
  ///
  /// The last test is forgotten: it was of the account before.
  ///
  /// - Returns: `false` when there is no such sender in the workspace.
  @discardableResult
  public func update(_ sender: Sender) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try Self.forgive(whereItDiffersFrom: sender, on: connection)
      try Self.write(sender.rules, of: sender, on: connection)
      return try connection.change(
        """
        UPDATE senders SET name = \(sender.name), host = \(sender.host), port = \(sender.port),
          security = \(sender.security), username = \(sender.user),
          sealed_password = \(blob: sender.sealedPassword), kind = \(sender.kind.rawValue),
          from_name = \(sender.fromName), from_address = \(sender.fromAddress),
          reply_to = \(sender.replyTo), messages_per_hour = \(sender.limits.perHour),
          messages_per_second = \(sender.limits.perSecond),
          messages_per_minute = \(sender.limits.perMinute),
          messages_per_day = \(sender.limits.perDay),
          most_connections = \(sender.limits.connections),
          messages_per_connection = \(sender.limits.perConnection),
          tested_at = NULL, test_passed = NULL, test_answer = NULL
        WHERE workspace_id = \(sender.workspace) AND id = \(sender.id) AND removed_at IS NULL
        """) > 0
    }
  }

  /// Keeps how a test went.
  public func setTest(
    _ test: SenderTest, of id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try Self.keep(test, of: id, in: workspace, on: connection)
    }
  }

  /// Keeps how a test went, if the sender still is as it was tried.
  ///
  /// - Returns: `false` when it has been changed or removed meanwhile: what was tried is not what
  ///   is there now.
  public func setTest(
    _ test: SenderTest, of tried: Sender
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      let now = try connection.first(
        """
        \(Self.columns)
        WHERE workspace_id = \(tried.workspace) AND id = \(tried.id) AND removed_at IS NULL
        """
      ).map { row throws(DatabaseError) in try Sender(row) }
      guard let now, now.isReached(as: tried) else { return false }
      if test.passed { try Self.forgive(tried.id, in: tried.workspace, on: connection) }
      return try Self.keep(test, of: tried.id, in: tried.workspace, on: connection)
    }
  }

  private static func keep(
    _ test: SenderTest, of id: Identifier, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    try connection.change(
      """
      UPDATE senders SET tested_at = \(test.at), test_passed = \(test.passed),
        test_answer = \(test.answer)
      WHERE workspace_id = \(workspace) AND id = \(id) AND removed_at IS NULL
      """) > 0
  }

  /// Takes a sender out of all lists and forgets its password; its name stays for old campaigns.
  ///
  /// - Returns: `false` when there is no such sender in the workspace, or a campaign that has not
  ///   ended uses it, drafts included.
  public func remove(
    _ id: Identifier, in workspace: Identifier, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE senders SET removed_at = \(now), sealed_password = NULL
        WHERE workspace_id = \(workspace) AND id = \(id) AND removed_at IS NULL
          AND NOT EXISTS (
            SELECT 1 FROM campaigns
            WHERE workspace_id = \(workspace) AND sender_id = \(id) AND state IN ('draft',
              'awaiting_approval', 'scheduled', 'preparing', 'sending', 'paused', 'held'))
        """) > 0
    }
  }

  // MARK: Finding

  /// The sender, unless it has been removed.
  public func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Sender? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        """
        \(Self.columns) WHERE workspace_id = \(workspace) AND id = \(id) AND removed_at IS NULL
        """
      ).map { row throws(DatabaseError) in try Sender(row) }
    }
  }

  /// What lists call a sender, even when it has been removed.
  public func name(
    of id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> String? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        "SELECT name FROM senders WHERE workspace_id = \(workspace) AND id = \(id)"
      )?.text("name")
    }
  }

  /// The workspace's senders, oldest first, at most 200.
  public func all(in workspace: Identifier) async throws(DatabaseError) -> [Sender] {
    try await pool.read { connection throws(DatabaseError) in
      var senders: [Sender] = []
      for row in try connection.run(
        """
        \(Self.columns) WHERE workspace_id = \(workspace) AND removed_at IS NULL
        ORDER BY id LIMIT 200
        """)
      { senders.append(try Sender(row)) }
      return senders
    }
  }

  static let columns: SQL = """
    SELECT workspace_id, id, kind, name, host, port, security, username, sealed_password,
      from_name, from_address, reply_to, messages_per_hour, messages_per_second,
      messages_per_minute, messages_per_day, most_connections, messages_per_connection,
      tested_at, test_passed, test_answer, retries, urgent_retries, own_from_only, refused_at,
      refusal
    FROM senders
    """
}

extension Sender {
  /// Whether a test of the other would have tried the same.
  func isReached(as other: Sender) -> Bool {
    kind == other.kind && host == other.host && port == other.port && security == other.security
      && user == other.user && sealedPassword == other.sealedPassword
      && fromAddress == other.fromAddress
  }

  init(_ row: Row) throws(DatabaseError) {
    guard let kind = SenderKind(rawValue: try row.text("kind")) else {
      throw .unexpectedColumn("kind")
    }
    var test: SenderTest?
    if let at = try row.momentIfAny("tested_at") {
      test = SenderTest(
        at: at, passed: try row.bool("test_passed"), answer: try row.text("test_answer"))
    }
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"), kind: kind,
      name: try row.text("name"), host: try row.text("host"), port: try row.integer("port"),
      security: try row.text("security"), user: try row.textIfAny("username"),
      sealedPassword: try row.octetsIfAny("sealed_password"),
      fromName: try row.text("from_name"), fromAddress: try row.text("from_address"),
      replyTo: try row.textIfAny("reply_to"),
      limits: try SenderLimits(row), lastTest: test)
    try readRules(row)
  }
}

extension SenderLimits {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      perSecond: try row.integerIfAny("messages_per_second"),
      perMinute: try row.integerIfAny("messages_per_minute"),
      perHour: try row.integerIfAny("messages_per_hour"),
      perDay: try row.integerIfAny("messages_per_day"),
      connections: try row.integerIfAny("most_connections"),
      perConnection: try row.integerIfAny("messages_per_connection"))
  }
}
