import Locking
import Model

/// The connections that all campaigns of one sender share, each its fair part.
///
/// Each has at least one, so that a single message never waits for the end of a large campaign.
package final class Lines: Sendable {
  private let most: Int
  /// Open lines by run.
  private let runs = Lock<[Lease: Int]>([:])

  package init(most: Int) { self.most = max(1, most) }

  func join(_ run: Lease) { runs.withLock { $0[run] = $0[run] ?? 0 } }

  func leave(_ run: Lease) { runs.withLock { $0[run] = nil } }

  /// Takes a line; `false` while the run has its part.
  func take(_ run: Lease) -> Bool {
    runs.withLock { runs in
      guard let open = runs[run], open < share(runs.count) else { return false }
      runs[run] = open + 1
      return true
    }
  }

  func release(_ run: Lease) {
    runs.withLock { runs in
      if let open = runs[run] { runs[run] = max(0, open - 1) }
    }
  }

  /// Whether others have come, so that a run must give lines back.
  func isOverShare(_ run: Lease) -> Bool {
    runs.withLock { runs in (runs[run] ?? 0) > share(runs.count) }
  }

  private func share(_ count: Int) -> Int { max(1, most / max(1, count)) }
}
