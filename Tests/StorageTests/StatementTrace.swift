import CSQLite
import Foundation
import Locking

/// The statements that a store runs, as the engine itself reports them.
///
/// Every connection that this process opens reports its statements; those on a file that is
/// being watched are kept.
enum StatementTrace {
  /// A statement that was run to its end.
  struct Run: Sendable, Hashable {
    let sql: String
    /// Rows that were stepped over in scans of whole tables.
    let scanned: Int
    /// What the engine did, in its own small steps: about ten for a row.
    let steps: Int
  }

  private static let runs = Lock<[String: [Run]]>([:])

  /// Keeps what is run on connections opened from now on; `path` is told apart by its end.
  static func watch(_ path: String) {
    _ = isInstalled
    runs.withLock { $0[path] = [] }
  }

  /// What has been run on the file since it was asked last.
  static func take(_ path: String) -> [Run] {
    runs.withLock { runs in
      defer { if runs[path] != nil { runs[path] = [] } }
      return runs[path] ?? []
    }
  }

  fileprivate static func add(_ run: Run, on path: String) {
    runs.withLock { $0[path]?.append(run) }
  }

  private static let isInstalled: Bool = {
    // SQLite takes the entry point of an extension as a function without parameters.
    let entry = unsafeBitCast(onOpen, to: (@convention(c) () -> Void).self)
    return sqlite3_auto_extension(entry) == SQLITE_OK
  }()
}

private let onOpen: @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32 = {
  database, _, _ in
  sqlite3_trace_v2(database, UInt32(SQLITE_TRACE_PROFILE), onStatement, nil)
}

private let onStatement:
  @convention(c) (
    UInt32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
  )
    -> Int32 = { _, _, statement, _ in
      guard let statement = statement.map(OpaquePointer.init), let text = sqlite3_sql(statement),
        let file = sqlite3_db_filename(sqlite3_db_handle(statement), "main")
      else { return 0 }
      let scanned = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1)
      let steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1)
      StatementTrace.add(
        .init(sql: String(cString: text), scanned: Int(scanned), steps: Int(steps)),
        on: String(cString: file))
      return 0
    }
