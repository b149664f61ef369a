/// Everything the database can refuse, in words a caller can act on.
public enum DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A unique, foreign-key or check constraint said no; the text is the engine's own.
  case constraint(String)
  /// The database was locked for longer than the busy time-out. Safe to retry.
  case busy
  /// There is no room left on the disk. Nothing was written; safe to retry once there is.
  case full
  /// The disk or file system reported an error. What was being written is not there.
  case inputOutput(String)
  /// The file cannot be opened or created.
  case cannotOpen(path: String, reason: String)
  /// The file is not a database, or is damaged.
  case corrupt(String)
  /// A newer version of the program has migrated this database.
  case newerSchema(found: Int, known: Int)
  /// A row lacked a column, or the column held another type.
  case unexpectedColumn(String)
  /// A programming error: not worth retrying.
  case failed(code: Int32, message: String, sql: String)

  public var description: String {
    switch self {
    case .constraint(let message): "the database refused a value: \(message)"
    case .busy: "the database is busy: another process is writing to it"
    case .full: "the disk is full: free some space and try again"
    case .inputOutput(let message): "the disk reported an error: \(message)"
    case .cannotOpen(let path, let reason): "the database \(path) cannot be opened: \(reason)"
    case .corrupt(let message): "the database file is damaged or not a database: \(message)"
    case .newerSchema(let found, let known):
      """
      the database has schema version \(found), and this program knows versions up to \(known): \
      a newer Martlet has used it. Install that version, or restore a backup made before it
      """
    case .unexpectedColumn(let name): "the column \(name) is missing or of another type"
    case .failed(let code, let message, let sql): "database error \(code): \(message) in: \(sql)"
    }
  }
}
