import Locking
import Model
import Octets

/// What one sender may do under its own hourly limit and its workspace's.
package struct Allowance: Sendable {
  /// Whose setting it is that holds the messages up.
  package enum Bound: Sendable, Equatable {
    case sender(limit: Int)
    case workspace(limit: Int)
  }

  let sender: Throttle.Hour
  let workspace: Throttle.Hour
  let now: @Sendable () -> Timestamp

  /// Puts the limits of today in force.
  package func limit(sender: Int?, workspace: Int?) {
    self.sender.state.withLock { $0.hour.limit = sender }
    self.workspace.state.withLock { $0.hour.limit = workspace }
  }

  /// Takes the right to announce one message; `nil` while there is none.
  func take() -> Permit? {
    let now = now()
    guard sender.state.withLock({ $0.hour.take(now: now) }) else { return nil }
    guard workspace.state.withLock({ $0.hour.take(now: now) }) else {
      sender.state.withLock { $0.hour.giveBack() }
      return nil
    }
    return Permit(self)
  }

  func giveBack() {
    for hour in [sender, workspace] { hour.state.withLock { $0.hour.giveBack() } }
  }

  func spend() {
    let now = now()
    for hour in [sender, workspace] { hour.state.withLock { $0.hour.spend(now: now) } }
  }

  /// How many messages may be announced now.
  var room: Int {
    let now = now()
    return min(
      sender.state.withLock { $0.hour.room(now: now) },
      workspace.state.withLock { $0.hour.room(now: now) })
  }

  /// When there will be room; `nil` where that depends on messages that are on their way.
  var nextRoom: Timestamp? {
    let now = now()
    guard let first = sender.state.withLock({ $0.hour.nextRoom(now: now) }),
      let second = workspace.state.withLock({ $0.hour.nextRoom(now: now) })
    else { return nil }
    return max(first, second)
  }

  /// When the last of `count` further messages will have left, by the limits alone.
  func departure(ofLast count: Int) -> Timestamp {
    let now = now()
    return max(
      sender.state.withLock { $0.hour.departure(ofLast: count, now: now) },
      workspace.state.withLock { $0.hour.departure(ofLast: count, now: now) })
  }

  /// The limit that leaves the later room.
  var bound: Bound? {
    let now = now()
    let first = sender.state.withLock {
      (limit: $0.hour.limit, end: $0.hour.departure(ofLast: 1, now: now))
    }
    let second = workspace.state.withLock {
      (limit: $0.hour.limit, end: $0.hour.departure(ofLast: 1, now: now))
    }
    if let limit = second.limit, first.limit == nil || second.end > first.end {
      return .workspace(limit: limit)
    }
    return first.limit.map { .sender(limit: $0) }
  }

  // MARK: After a restart

  /// Counts what left before this process began, once; `minutes` are numbered from 1970.
  ///
  /// A minute's messages count as if they had left at its end.
  package func restore(
    sender own: [(minute: Int, count: Int)], workspace all: [(minute: Int, count: Int)]
  ) {
    Self.restore(own, in: sender)
    Self.restore(all, in: workspace)
  }

  /// Whether ``restore(sender:workspace:)`` has nothing left to do.
  package var isRestored: Bool {
    sender.state.withLock { $0.isRestored } && workspace.state.withLock { $0.isRestored }
  }

  private static func restore(_ minutes: [(minute: Int, count: Int)], in hour: Throttle.Hour) {
    hour.state.withLock { state in
      guard !state.isRestored else { return }
      state.isRestored = true
      for (minute, count) in minutes.sorted(by: { $0.minute < $1.minute }) {
        state.hour.add(count, leftBy: Timestamp(seconds: Int64(minute) &* 60 &+ 60))
      }
    }
  }
}
