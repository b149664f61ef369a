import CSQLite
import Glibc

/// One connection to the embedded database, used by one thread at a time.
public final class Connection {
  private let handle: OpaquePointer
  /// Prepared statements by the address of their literal or by their text.
  private var byLiteral: [UnsafePointer<UInt8>: Statement] = [:]
  private var byText: [String: Statement] = [:]
  private var transactionDepth = 0
  /// What is said to the library once, before the first connection.
  private static let isPrepared: Void = martlet_sqlite_without_statistics()

  /// Opens a file in WAL mode, every commit made durable before it returns.
  ///
  /// `synchronous=NORMAL` was seen to lose acknowledged commits in a power cut, so it is FULL;
  /// the ledger's group commits make that cheap.
  init(path: String, isReader: Bool) throws(DatabaseError) {
    Self.isPrepared
    var handle: OpaquePointer?
    let flags =
      (isReader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)
      throw .cannotOpen(path: path, reason: reason)
    }
    self.handle = handle
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, 10_000)
    try script("PRAGMA foreign_keys=ON")
    try script("PRAGMA cache_size=-32000")
    if !isReader {
      try switchToWAL()
      try script("PRAGMA synchronous=FULL")
      try script("PRAGMA journal_size_limit=67108864")
    }
  }

  /// The switch does not wait for its turn by itself when several processes open a new file at once.
  private func switchToWAL() throws(DatabaseError) {
    for _ in 0..<500 {
      do throws(DatabaseError) {
        return try script("PRAGMA journal_mode=WAL")
      } catch {
        guard error == .busy else { throw error }
        usleep(20_000)
      }
    }
    throw .busy
  }

  deinit {
    byLiteral = [:]
    byText = [:]
    sqlite3_close_v2(handle)
  }

  // MARK: Running

  /// Runs a statement and returns all its rows.
  @discardableResult
  public func run(_ sql: SQL) throws(DatabaseError) -> [Row] {
    let statement = try prepared(sql)
    var rows: [Row] = []
    while try statement.step() { rows.append(statement.row()) }
    return rows
  }

  /// Runs a statement and returns its first row, if any.
  public func first(_ sql: SQL) throws(DatabaseError) -> Row? {
    let statement = try prepared(sql)
    guard try statement.step() else { return nil }
    defer { statement.reset() }
    return statement.row()
  }

  /// Runs a statement that changes rows.
  ///
  /// - Returns: How many rows it changed.
  @discardableResult
  public func change(_ sql: SQL) throws(DatabaseError) -> Int {
    try prepared(sql).run()
  }

  /// The prepared form of a literal, made once per connection: for what runs thousands of times.
  public func statement(_ literal: StaticString) throws(DatabaseError) -> Statement {
    if let statement = byLiteral[literal.utf8Start] { return statement }
    let statement = try literal.utf8Start.withMemoryRebound(
      to: CChar.self, capacity: literal.utf8CodeUnitCount
    ) { text throws(DatabaseError) in
      try Statement(text, length: Int32(literal.utf8CodeUnitCount), on: handle)
    }
    byLiteral[literal.utf8Start] = statement
    return statement
  }

  private func prepared(_ sql: SQL) throws(DatabaseError) -> Statement {
    let statement: Statement
    if let known = byText[sql.text] {
      statement = known
    } else {
      statement = try Statement(sql.text, length: -1, on: handle)
      if byText.count > 300 { byText.removeAll() }
      byText[sql.text] = statement
    }
    for (index, value) in sql.values.enumerated() {
      statement.bind(value, at: Int32(index + 1))
    }
    return statement
  }

  /// Runs several statements given as one text, such as a migration.
  func script(_ text: String) throws(DatabaseError) {
    let code = sqlite3_exec(handle, text, nil, nil, nil)
    guard code == SQLITE_OK else { throw .last(on: handle, code: code, sql: text) }
  }

  // MARK: Transactions

  /// Runs `body` with all its statements seeing one moment, however much is written meanwhile.
  func snapshot<Result>(
    _ body: (Connection) throws(DatabaseError) -> Result
  ) throws(DatabaseError) -> Result {
    try statement("BEGIN").run()
    defer {
      if (try? statement("COMMIT").run()) == nil, sqlite3_get_autocommit(handle) == 0 {
        _ = try? statement("ROLLBACK").run()
      }
    }
    return try body(self)
  }

  /// Runs `body` in a transaction of its own: all of it or nothing, and durable when it returns.
  public func transaction<Result>(
    _ body: (Connection) throws(DatabaseError) -> Result
  ) throws(DatabaseError) -> Result {
    precondition(transactionDepth == 0, "transactions do not nest")
    // IMMEDIATE: a transaction that will write asks for the lock at its start, or it may have to
    // be given up half-way.
    try statement("BEGIN IMMEDIATE").run()
    transactionDepth = 1
    defer { transactionDepth = 0 }
    do throws(DatabaseError) {
      let result = try body(self)
      try statement("COMMIT").run()
      return result
    } catch {
      // A failed COMMIT may have ended the transaction already.
      if sqlite3_get_autocommit(handle) == 0 { _ = try? statement("ROLLBACK").run() }
      throw error
    }
  }
}
