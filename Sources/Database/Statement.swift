import CSQLite
public import Octets

/// A prepared statement, to be bound and stepped on its connection's thread.
public final class Statement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer

  init(_ sql: UnsafePointer<CChar>, length: Int32, on connection: OpaquePointer)
    throws(DatabaseError)
  {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(
      connection, sql, length, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else {
      throw .last(on: connection, code: code, sql: String(cString: sql))
    }
    self.handle = handle
    self.connection = connection
    // SQLite numbers named parameters by where they stand first; ours must stand in order, or
    // values would land in the wrong places.
    for index in 1...max(1, sqlite3_bind_parameter_count(handle)) {
      guard let name = sqlite3_bind_parameter_name(handle, index) else { continue }
      guard String(cString: name) == "$\(index)" else {
        throw .failed(
          code: SQLITE_MISUSE, message: "parameters must stand in the order of their numbers",
          sql: String(cString: sql))
      }
    }
  }

  deinit { sqlite3_finalize(handle) }

  // MARK: Binding (parameters count from 1)

  public func bind(_ value: SQL.Value, at index: Int32) {
    switch value {
    case .null: sqlite3_bind_null(handle, index)
    case .integer(let number): sqlite3_bind_int64(handle, index, number)
    case .real(let number): sqlite3_bind_double(handle, index, number)
    case .text(let octets): bind(text: octets, at: index)
    case .blob(let octets): bind(blob: octets, at: index)
    }
  }

  public func bind(_ number: Int, at index: Int32) {
    sqlite3_bind_int64(handle, index, Int64(number))
  }

  public func bind(_ moment: Timestamp, at index: Int32) {
    sqlite3_bind_int64(handle, index, moment.microseconds)
  }

  public func bindNull(at index: Int32) { sqlite3_bind_null(handle, index) }

  public func bind(text octets: [UInt8], at index: Int32) {
    octets.withUnsafeBytes { bytes in
      // An empty array may have no address, and a null address would bind NULL.
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      _ = martlet_sqlite_bind_text(handle, index, start ?? empty, Int32(clamping: bytes.count))
    }
  }

  public func bind(blob octets: [UInt8], at index: Int32) {
    octets.withUnsafeBytes { bytes in
      _ = martlet_sqlite_bind_blob(
        handle, index, bytes.baseAddress ?? UnsafeRawPointer(empty), Int32(clamping: bytes.count))
    }
  }

  private var empty: UnsafePointer<CChar> {
    let text: StaticString = ""
    return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  // MARK: Stepping

  /// Runs the statement to its end and makes it ready for the next values.
  ///
  /// - Returns: How many rows it changed.
  @discardableResult
  public func run() throws(DatabaseError) -> Int {
    let code = sqlite3_step(handle)
    defer { reset() }
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw lastError(code) }
    return Int(sqlite3_changes(connection))
  }

  /// Moves to the next row.
  ///
  /// - Returns: `false` after the last one; then the statement is ready for the next values.
  public func step() throws(DatabaseError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else {
      defer { reset() }
      throw lastError(code)
    }
    reset()
    return false
  }

  /// Abandons the remaining rows.
  public func reset() {
    sqlite3_reset(handle)
    names = nil
  }

  // MARK: Columns of the current row (counted from 0)

  public func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  public func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  /// The octets of a text or blob column; empty for NULL.
  public func octets(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, column))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  func row() -> Row {
    let count = sqlite3_column_count(handle)
    var values: [SQL.Value] = []
    values.reserveCapacity(Int(count))
    for column in 0..<count {
      switch sqlite3_column_type(handle, column) {
      case SQLITE_INTEGER: values.append(.integer(sqlite3_column_int64(handle, column)))
      case SQLITE_FLOAT: values.append(.real(sqlite3_column_double(handle, column)))
      case SQLITE_TEXT: values.append(.text(octets(column)))
      case SQLITE_BLOB: values.append(.blob(octets(column)))
      default: values.append(.null)
      }
    }
    let names = self.names ?? columnNames
    self.names = names
    return Row(names: names, values: values)
  }

  /// Of the run under way: a migration may add columns between two runs.
  private var names: [String]?

  private var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map {
      sqlite3_column_name(handle, $0).map { String(cString: $0) } ?? ""
    }
  }

  private func lastError(_ code: Int32) -> DatabaseError {
    .last(
      on: connection, code: code, sql: sqlite3_sql(handle).map { String(cString: $0) } ?? "")
  }
}

extension DatabaseError {
  /// What the engine says went wrong.
  static func last(on connection: OpaquePointer, code: Int32, sql: String) -> DatabaseError {
    let message = String(cString: sqlite3_errmsg(connection))
    switch code & 0xFF {
    case SQLITE_CONSTRAINT: return .constraint(message)
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy
    case SQLITE_FULL: return .full
    case SQLITE_IOERR:
      // SQLite calls a failed extension of its shared-memory or journal file an I/O error; the
      // system's own word tells a full disk from a broken one.
      return sqlite3_system_errno(connection) == 28 ? .full : .inputOutput(message)
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt(message)
    default: return .failed(code: code, message: message, sql: sql)
    }
  }
}
