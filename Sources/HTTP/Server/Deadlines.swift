import CMicrohttpd
import Glibc
import Locking

/// By when each open connection must have made progress.
///
/// libmicrohttpd's own limit is on silence; a client that sends one octet a second is never
/// silent. Whoever is late is shut down, and the library then closes.
final class Deadlines: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// An entry lives from accept to just before close, so no later socket of the same number is
  /// hit; `nil` is a connection that waits for us.
  private let table = Lock<[Int32: Instant?]>([:])

  func open(_ descriptor: Int32, until deadline: Instant) {
    table.withLock { $0[descriptor] = .some(deadline) }
  }

  func set(_ descriptor: Int32, until deadline: Instant?) {
    table.withLock { table in
      guard table[descriptor] != nil else { return }
      table[descriptor] = .some(deadline)
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
      for (descriptor, deadline) in table {
        guard let deadline, deadline <= now else { continue }
        shutdown(descriptor, Int32(SHUT_RDWR))
        table[descriptor] = .some(nil)
      }
    }
  }
}
