import Locking
import Model
import Octets

/// The connections that all campaigns of one sender share, each its fair part.
///
/// There are never more than the limit. Where there are more campaigns than connections they take
/// turns, so that a single message never waits for the end of a large campaign.
public final class Lines: Sendable {
  private struct State: Sendable {
    var most: Int
    /// Open lines by run.
    var open: [Lease: Int] = [:]
    /// Runs that have none and want one, the first to come first.
    var queue: [Lease] = []
    /// When each run was last given a line.
    var takenAt: [Lease: Timestamp] = [:]

    func share() -> Int { max(1, most / max(1, open.count)) }

    mutating func leave(_ run: Lease) {
      open[run] = nil
      takenAt[run] = nil
      queue.removeAll { $0 == run }
    }
  }

  /// For so long a run keeps its line at least while others wait for one.
  private static let turn = Duration.seconds(1)

  private let state: Lock<State>

  public init(most: Int) { state = Lock(State(most: max(1, most))) }

  /// Puts the limit of today in force: what is open beyond it is given back after its message.
  func limit(_ most: Int) { state.withLock { $0.most = max(1, most) } }

  func join(_ run: Lease) { state.withLock { $0.open[run] = $0.open[run] ?? 0 } }

  func leave(_ run: Lease) { state.withLock { $0.leave(run) } }

  /// How many lines are a run's fair part.
  var part: Int { state.withLock { $0.share() } }

  /// Takes a line; `false` while the run has its part or all are taken.
  func take(_ run: Lease, now: Timestamp) -> Bool {
    state.withLock { state in
      guard let open = state.open[run], open < state.share() else { return false }
      let isNext = state.queue.first.map { $0 == run } ?? true
      let all = state.open.values.reduce(0, +)
      guard isNext, all < state.most else {
        if open == 0, !state.queue.contains(run) { state.queue.append(run) }
        return false
      }
      state.queue.removeAll { $0 == run }
      state.open[run] = open + 1
      state.takenAt[run] = now
      return true
    }
  }

  /// A run that waits for its first line needs none for now.
  func withdraw(_ run: Lease) { state.withLock { $0.queue.removeAll { $0 == run } } }

  func release(_ run: Lease) {
    state.withLock { state in
      if let open = state.open[run] { state.open[run] = max(0, open - 1) }
    }
  }

  /// Whether a run must give a line back, because others have come or the limit has fallen.
  func isOverShare(_ run: Lease, now: Timestamp = .now()) -> Bool {
    state.withLock { state in
      guard let open = state.open[run], open > 0 else { return false }
      if open > state.share() { return true }
      let all = state.open.values.reduce(0, +)
      if all > state.most { return true }
      guard !state.queue.isEmpty, all >= state.most, let since = state.takenAt[run] else {
        return false
      }
      return now - since >= Self.turn || now < since
    }
  }

  /// Whether a run that has nothing to send at the moment keeps others from sending.
  func isWanted(by run: Lease) -> Bool { isOverShare(run) }
}
