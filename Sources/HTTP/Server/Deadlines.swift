import CMicrohttpd
import Glibc
import Locking

/// By when each open connection must have made progress.
///
/// libmicrohttpd's own limit is on silence; a client that sends one octet a second is never
/// silent. Whoever is late is shut down, and the library then closes.
final class Deadlines: Sendable {
  typealias Instant = ContinuousClock.Instant

  private struct Entry: Sendable {
    /// `nil` while the connection waits for us.
    var deadline: Instant?
    /// Since when it has been waiting for a request's header; `nil` within a request.
    var idleSince: Instant?
  }

  /// An entry lives from accept to just before close, so no later socket of the same number is hit.
  private let table = Lock<[Int32: Entry]>([:])

  /// A new connection, idle until its first header is whole.
  func open(_ descriptor: Int32, now: Instant, until deadline: Instant) {
    table.withLock { $0[descriptor] = Entry(deadline: deadline, idleSince: now) }
  }

  /// The connection is within a request.
  func set(_ descriptor: Int32, until deadline: Instant?) {
    change(descriptor, to: Entry(deadline: deadline, idleSince: nil))
  }

  /// The connection waits for its next request.
  func rest(_ descriptor: Int32, now: Instant, until deadline: Instant) {
    change(descriptor, to: Entry(deadline: deadline, idleSince: now))
  }

  private func change(_ descriptor: Int32, to entry: Entry) {
    table.withLock { table in
      guard table[descriptor] != nil else { return }
      table[descriptor] = entry
    }
  }

  func close(_ descriptor: Int32) {
    table.withLock { table in
      table[descriptor] = nil
    }
  }

  /// Shuts down all that are late.
  func enforce(now: Instant) {
    table.withLock { table in
      for (descriptor, entry) in table {
        guard let deadline = entry.deadline, deadline <= now else { continue }
        Self.cut(descriptor, in: &table)
      }
    }
  }

  /// Shuts down the connection that has been idle longest, if there are more than `most`.
  ///
  /// Whoever holds connections for nothing must not keep out those who have a question.
  func makeRoom(beyond most: Int) {
    table.withLock { table in
      guard table.count > most else { return }
      var oldest: (descriptor: Int32, since: Instant)?
      for (descriptor, entry) in table {
        guard let since = entry.idleSince, oldest.map({ since < $0.since }) ?? true else {
          continue
        }
        oldest = (descriptor, since)
      }
      if let oldest { Self.cut(oldest.descriptor, in: &table) }
    }
  }

  private static func cut(_ descriptor: Int32, in table: inout [Int32: Entry]) {
    shutdown(descriptor, Int32(SHUT_RDWR))
    table[descriptor] = Entry()
  }
}
