import Dispatch
import Glibc
import Locking

/// The embedded database: one writer and a few readers, each on a thread of its own.
///
/// A slow disk must never hold one of the threads that every other task shares, so all work is
/// handed over as closures that run where blocking does no harm; a ``PatientThread`` is such a place
/// itself.
public final class DatabasePool: @unchecked Sendable {
  // Safe: each connection is used only by closures on its own serial queue.
  private struct Seat: @unchecked Sendable {
    // Safe: see above.
    let connection: Connection
    let queue: DispatchQueue
  }

  private let writer: Seat
  private let readers: [Seat]
  private let turn = Lock(0)
  private let frame = Lock<Frame?>(nil)
  private let path: String

  /// What is done on the writer's thread around each write.
  public struct Frame: Sendable {
    let before: @Sendable (Connection) throws(DatabaseError) -> Void
    let after: @Sendable () -> Void

    /// `before` has transactions of its own, and where it throws, the write does not take place;
    /// `after` follows each `before` that has not thrown.
    public init(
      before: @escaping @Sendable (Connection) throws(DatabaseError) -> Void,
      after: @escaping @Sendable () -> Void
    ) {
      self.before = before
      self.after = after
    }
  }

  /// Opens or creates the file.
  public init(path: String, readers count: Int = 2) throws(DatabaseError) {
    self.path = path
    writer = Seat(
      connection: try Connection(path: path, isReader: false),
      queue: DispatchQueue(label: "database writer"))
    // Before the first write the file has no header, and readers need the WAL it names.
    _ = try writer.connection.first("SELECT COUNT(*) AS n FROM sqlite_master")
    var seats: [Seat] = []
    for number in 1...max(1, count) {
      let connection = try Connection(path: path, isReader: true)
      seats.append(
        Seat(connection: connection, queue: DispatchQueue(label: "database reader \(number)")))
    }
    readers = seats
  }

  /// Reads from one consistent moment.
  public func read<Result: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Result
  ) async throws(DatabaseError) -> Result {
    let seat = readers[
      turn.withLock { turn in
        turn = (turn + 1) % readers.count
        return turn
      }]
    if PatientThread.isCurrent {
      let answer = seat.queue.sync { () -> Swift.Result<Result, DatabaseError> in
        do throws(DatabaseError) {
          return .success(try seat.connection.snapshot(body))
        } catch {
          return .failure(error)
        }
      }
      return try answer.get()
    }
    return try await hand(
      { connection throws(DatabaseError) in try connection.snapshot(body) }, to: seat)
  }

  /// A reader for one who asks often, from a serial queue of his own.
  public func ownReader() throws(DatabaseError) -> OwnReader { try OwnReader(path: path) }

  /// Has something done around each write, such as what was put off.
  public func frameWrites(_ frame: Frame) { self.frame.withLock { $0 = frame } }

  /// Writes in one transaction, durable when it returns: all of it or nothing.
  ///
  /// What is not `framed` stands beside what was put off, and must not depend on it.
  public func write<Result: Sendable>(
    framed: Bool = true,
    _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Result
  ) async throws(DatabaseError) -> Result {
    let frame = framed ? frame.withLock { $0 } : nil
    return try await hand(
      { connection throws(DatabaseError) in
        try frame?.before(connection)
        defer { frame?.after() }
        return try connection.transaction(body)
      }, to: writer)
  }

  /// Queues work for the writer's thread without waiting for it, after `delay`.
  ///
  /// The body opens its own transactions and tells whoever waits.
  public func onWriter(
    after delay: Duration = .zero, _ body: @escaping @Sendable (Connection) -> Void
  ) {
    let seat = writer
    if delay == .zero {
      seat.queue.async { body(seat.connection) }
    } else {
      let milliseconds = Int(delay / .milliseconds(1))
      seat.queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
        body(seat.connection)
      }
    }
  }

  /// Runs work that must not be in a transaction, such as a migration or a PRAGMA.
  func exclusively<Result: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Result
  ) async throws(DatabaseError) -> Result {
    try await hand(body, to: writer)
  }

  private func hand<Result: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Result, to seat: Seat
  ) async throws(DatabaseError) -> Result {
    typealias Answer = Swift.Result<Result, DatabaseError>
    let answer = await withUnsafeContinuation { (waiting: UnsafeContinuation<Answer, Never>) in
      seat.queue.async {
        do throws(DatabaseError) {
          waiting.resume(returning: .success(try body(seat.connection)))
        } catch {
          waiting.resume(returning: .failure(error))
        }
      }
    }
    return try answer.get()
  }
}
