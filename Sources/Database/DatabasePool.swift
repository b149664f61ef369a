import Dispatch
import Glibc
import Locking

/// The embedded database: one writer and a few readers, each on a thread of its own.
///
/// A slow disk must never hold one of the threads that every other task shares, so all work is
/// handed over as closures that run where blocking does no harm; a ``PatientThread`` is such a place
/// itself.
package final class DatabasePool: @unchecked Sendable {
  // Safe: each connection is used only by closures on its own serial queue.
  private struct Seat: @unchecked Sendable {
    // Safe: see above.
    let connection: Connection
    let queue: DispatchQueue
  }

  private let writer: Seat
  private let readers: [Seat]
  private let turn = Lock(0)
  private let preparation = Lock<Preparation?>(nil)

  /// What is done on the writer before each write.
  package typealias Preparation = @Sendable (Connection) throws(DatabaseError) -> Void

  /// Opens or creates the file.
  package init(path: String, readers count: Int = 2) throws(DatabaseError) {
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
  package func read<Result: Sendable>(
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

  /// Has something done before each write, in a transaction of its own, such as what was put off.
  package func beforeWrites(_ body: @escaping Preparation) { preparation.withLock { $0 = body } }

  /// Writes in one transaction: all of it or nothing.
  ///
  /// Without `isDurable` it may be lost in a power cut, until one that may not follows: for what is
  /// of no consequence before that. Without `prepared` it does not wait for what was put off.
  package func write<Result: Sendable>(
    isDurable: Bool = true, prepared mustPrepare: Bool = true,
    _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Result
  ) async throws(DatabaseError) -> Result {
    let prepare = mustPrepare ? preparation.withLock { $0 } : nil
    return try await hand(
      { connection throws(DatabaseError) in
        try prepare?(connection)
        return isDurable ? try connection.transaction(body) : try connection.loosely(body)
      }, to: writer)
  }

  /// Queues work for the writer's thread without waiting for it, after `delay`.
  ///
  /// The body opens its own transactions and tells whoever waits.
  package func onWriter(
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
