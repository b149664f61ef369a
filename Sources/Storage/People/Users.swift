public import Database
public import Model
public import Octets

/// Everybody who may sign in, over all workspaces: one signs in before one has a workspace.
public struct Users: Sendable {
  let pool: DatabasePool

  /// Adds a user to a workspace that exists.
  ///
  /// - Returns: `false` when another user has the address, in whatever case; then nothing is added.
  public func add(_ user: User, now: Timestamp) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try Self.insert(user, now: now, on: connection)
    }
  }

  /// Adds a user with a workspace of their own and the sender that its mail is tried out with: all
  /// or nothing.
  ///
  /// - Returns: `false` when another user has the address; then nothing is added.
  public func register(
    _ user: User, with workspace: Workspace, sandbox: Sender, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      let key = User.key(ofEmail: user.email)
      // Asked first: a user cannot stand before the workspace.
      let isTaken = try connection.first("SELECT 1 AS n FROM users WHERE email_key = \(key)") != nil
      if isTaken { return false }
      try Workspaces.insert(workspace, now: now, on: connection)
      try Senders.insert(sandbox, now: now, on: connection)
      return try Self.insert(user, now: now, on: connection)
    }
  }

  private static func insert(
    _ user: User, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    try connection.change(
      """
      INSERT INTO users (workspace_id, id, email, email_key, name, password_hash,
        is_administrator, is_disabled, created_at, signed_in_at)
      VALUES (\(user.workspace), \(user.id), \(user.email), \(User.key(ofEmail: user.email)),
        \(user.name), \(user.passwordHash), \(user.isAdministrator), \(user.isDisabled), \(now),
        \(user.signedInAt))
      ON CONFLICT (email_key) DO NOTHING
      """) > 0
  }

  // MARK: Finding

  public func find(_ id: Identifier) async throws(DatabaseError) -> User? {
    try await pool.read { connection throws(DatabaseError) in
      try Self.find(id, on: connection)
    }
  }

  static func find(
    _ id: Identifier, on connection: Connection
  ) throws(DatabaseError) -> User? {
    try connection.first("\(columns) WHERE id = \(id)")
      .map { row throws(DatabaseError) in try User(row) }
  }

  /// The user who signs in with an address, in whatever case it is written.
  public func find(email: String) async throws(DatabaseError) -> User? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first("\(Self.columns) WHERE email_key = \(User.key(ofEmail: email))")
        .map { row throws(DatabaseError) in try User(row) }
    }
  }

  /// The users of the whole installation, newest last, for administrators.
  public func page(
    after last: Identifier?, limit: Int
  ) async throws(DatabaseError) -> [User] {
    try await pool.read { connection throws(DatabaseError) in
      var users: [User] = []
      for row in try connection.run(
        """
        \(Self.columns) WHERE id > \(blob: last?.octets ?? []) ORDER BY id LIMIT \(page: limit)
        """)
      { users.append(try User(row)) }
      return users
    }
  }

  /// How many users there are, disabled ones included.
  public func count() async throws(DatabaseError) -> Int {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first("SELECT COUNT(*) AS n FROM users")?.integer("n") ?? 0
    }
  }

  /// Whether nobody could look after the installation any more without this user.
  public func isLastAdministrator(_ id: Identifier) async throws(DatabaseError) -> Bool {
    try await pool.read { connection throws(DatabaseError) in
      try Self.isLastAdministrator(id, on: connection)
    }
  }

  private static func isLastAdministrator(
    _ id: Identifier, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    let row = try connection.first(
      """
      SELECT COUNT(*) AS n, COALESCE(SUM(id = \(id)), 0) AS mine
      FROM users WHERE is_administrator = 1 AND is_disabled = 0
      """)
    let (mine, all) = (try row?.integer("mine"), try row?.integer("n"))
    return mine == 1 && all == 1
  }

  // MARK: Changing

  // Each changes one thing and nothing else: what a request read some time ago may be true no longer.

  /// Gives a user another name.
  ///
  /// - Returns: `false` when there is no such user.
  @discardableResult
  public func rename(_ id: Identifier, to name: String) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change("UPDATE users SET name = \(name) WHERE id = \(id)") > 0
    }
  }

  /// Makes a user an administrator, or one no longer, and signs them out everywhere.
  ///
  /// - Returns: `false` when there is no such user, or no administrator would be left; then nothing
  ///   is changed.
  @discardableResult
  public func setAdministrator(
    _ isAdministrator: Bool, of id: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      if !isAdministrator, try Self.isLastAdministrator(id, on: connection) { return false }
      try Sessions.endAll(of: id, except: nil, on: connection)
      return try connection.change(
        "UPDATE users SET is_administrator = \(isAdministrator) WHERE id = \(id)") > 0
    }
  }

  /// Gives a user another password, signs them out everywhere, and voids all links for choosing
  /// one.
  public func setPassword(
    hash: String, of id: Identifier
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change("UPDATE users SET password_hash = \(hash) WHERE id = \(id)")
      try connection.change(
        "DELETE FROM one_time_links WHERE user_id = \(id) AND purpose = 'new_password'")
      try Sessions.endAll(of: id, except: nil, on: connection)
    }
  }

  /// Keeps the same password hashed anew; nobody is signed out.
  ///
  /// - Returns: `false` when the user has another password by now; then nothing is changed.
  public func renewHash(
    _ hash: String, insteadOf old: String, of id: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        UPDATE users SET password_hash = \(hash) WHERE id = \(id) AND password_hash = \(old)
        """) > 0
    }
  }

  /// Shuts a user out, signed out everywhere, or lets them in again.
  ///
  /// - Returns: `false` when there is no such user, or no administrator would be left; then nothing
  ///   is changed.
  @discardableResult
  public func setDisabled(
    _ isDisabled: Bool, of id: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      if isDisabled, try Self.isLastAdministrator(id, on: connection) { return false }
      if isDisabled { try Sessions.endAll(of: id, except: nil, on: connection) }
      return try connection.change("UPDATE users SET is_disabled = \(isDisabled) WHERE id = \(id)")
        > 0
    }
  }

  private static let columns: SQL = """
    SELECT workspace_id, id, email, name, password_hash, is_administrator, is_disabled,
      created_at, signed_in_at
    FROM users
    """
}

extension User {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"),
      email: try row.text("email"), name: try row.text("name"),
      passwordHash: try row.text("password_hash"),
      isAdministrator: try row.bool("is_administrator"), isDisabled: try row.bool("is_disabled"),
      createdAt: try row.moment("created_at"), signedInAt: try row.momentIfAny("signed_in_at"))
  }
}
