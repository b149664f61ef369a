import Locking
public import Model
import Octets

/// What one sender may do under its own limits and its workspace's.
public struct Allowance: Sendable {
  /// Whose setting it is that holds the messages up.
  public enum Bound: Sendable, Equatable {
    case sender(limit: Int, LimitPeriod)
    case workspace(limit: Int)
  }

  let sender: Throttle.Count
  let workspace: Throttle.Count
  let now: @Sendable () -> Timestamp

  /// Puts the limits of today in force; a workspace's is by the hour.
  public func limit(sender: SenderLimits, workspace: Int?) {
    self.sender.state.withLock { $0.windows.limit { sender[$0] } }
    self.workspace.state.withLock { $0.windows.limit { _ in workspace } }
  }

  /// Takes the right to announce one message; `nil` while there is none.
  func take() -> Permit? {
    let now = now()
    guard sender.state.withLock({ $0.windows.take(now: now) }) else { return nil }
    guard workspace.state.withLock({ $0.windows.take(now: now) }) else {
      sender.state.withLock { $0.windows.giveBack() }
      return nil
    }
    return Permit(self)
  }

  func giveBack() {
    for count in [sender, workspace] { count.state.withLock { $0.windows.giveBack() } }
  }

  func spend() {
    let now = now()
    for count in [sender, workspace] { count.state.withLock { $0.windows.spend(now: now) } }
  }

  /// How many messages may be announced now.
  var room: Int {
    let now = now()
    return min(
      sender.state.withLock { $0.windows.room(now: now) },
      workspace.state.withLock { $0.windows.room(now: now) })
  }

  /// When there will be room; `nil` where that depends on messages that are on their way.
  var nextRoom: Timestamp? {
    let now = now()
    guard let first = sender.state.withLock({ $0.windows.nextRoom(now: now) }),
      let second = workspace.state.withLock({ $0.windows.nextRoom(now: now) })
    else { return nil }
    return max(first, second)
  }

  /// When the last of `count` further messages will have left, by the limits alone.
  func departure(ofLast count: Int) -> Timestamp {
    let now = now()
    return max(
      sender.state.withLock { $0.windows.departure(ofLast: count, now: now) },
      workspace.state.withLock { $0.windows.departure(ofLast: count, now: now) })
  }

  /// The limit that leaves the latest room.
  var bound: Bound? {
    let now = now()
    let first = sender.state.withLock { $0.windows.bound(now: now) }
    let second = workspace.state.withLock { $0.windows.bound(now: now) }
    if let second, first.map({ second.end > $0.end }) ?? true {
      return .workspace(limit: second.limit)
    }
    return first.map { .sender(limit: $0.limit, $0.period) }
  }

  // MARK: After a restart

  /// Counts what left before this process began, once; `minutes` are numbered from 1970.
  public func restore(
    sender own: [(minute: Int, count: Int)], workspace all: [(minute: Int, count: Int)]
  ) {
    let now = now()
    Self.restore(own, in: sender, now: now)
    Self.restore(all, in: workspace, now: now)
  }

  /// Whether ``restore(sender:workspace:)`` has nothing left to do.
  public var isRestored: Bool {
    sender.state.withLock { $0.isRestored } && workspace.state.withLock { $0.isRestored }
  }

  private static func restore(
    _ minutes: [(minute: Int, count: Int)], in count: Throttle.Count, now: Timestamp
  ) {
    count.state.withLock { state in
      guard !state.isRestored else { return }
      state.isRestored = true
      state.windows.restore(minutes, now: now)
    }
  }
}
