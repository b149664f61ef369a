/// A reader of somebody's own, who asks often and from a thread that may wait for the disk.
public final class OwnReader: @unchecked Sendable {
  // Safe: its owner uses it from one serial queue.
  private let connection: Connection

  init(path: String) throws(DatabaseError) {
    connection = try Connection(path: path, isReader: true)
  }

  /// Reads from one consistent moment, on the caller's thread.
  public func read<Result>(
    _ body: (Connection) throws(DatabaseError) -> Result
  ) throws(DatabaseError) -> Result { try connection.snapshot(body) }
}
