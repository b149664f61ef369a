import Locking
public import Model
public import Octets

/// The limits of all senders and workspaces.
///
/// It always counts, so that a limit that is set later holds for what has left before.
public final class Throttle: Sendable {
  /// Whose messages are counted together.
  enum Scope: Hashable, Sendable {
    case sender(workspace: Identifier, sender: Identifier)
    case workspace(Identifier)
  }

  /// One scope's count, shared by all who send in it.
  final class Count: Sendable {
    let state: Lock<State>

    struct State: Sendable {
      var windows: WindowSet
      var isRestored = false
    }

    init(_ periods: [LimitPeriod]) { state = Lock(State(windows: WindowSet(periods))) }
  }

  private let counts = Lock<[Scope: Count]>([:])
  let now: @Sendable () -> Timestamp

  /// A throttle by a clock that never goes back; see ``steadyClock()``.
  public init(now: @escaping @Sendable () -> Timestamp = Throttle.steadyClock()) {
    self.now = now
  }

  /// A clock that begins at what the machine's says and then goes on evenly, also when that one is
  /// set.
  public static func steadyClock() -> @Sendable () -> Timestamp {
    let (start, tick) = (Timestamp.now(), ContinuousClock.now)
    return { start + (ContinuousClock.now - tick) }
  }

  /// What one sender of a workspace may do.
  public func allowance(sender: Identifier, in workspace: Identifier) -> Allowance {
    counts.withLock { counts in
      func count(_ scope: Scope, _ periods: [LimitPeriod]) -> Count {
        if let known = counts[scope] { return known }
        let new = Count(periods)
        counts[scope] = new
        return new
      }
      return Allowance(
        sender: count(.sender(workspace: workspace, sender: sender), LimitPeriod.allCases),
        workspace: count(.workspace(workspace), [.hour]), now: now)
    }
  }

  /// Lets go of the memory of times long past, and of scopes that nobody uses any more.
  ///
  /// One that is used again later is restored from what the database says.
  func sweep() {
    let now = now()
    counts.withLock { counts in
      for scope in Array(counts.keys) {
        var count = counts.removeValue(forKey: scope)
        let isIdle = count?.state.withLock { state in
          state.windows.expire(now)
          return state.windows.isIdle
        }
        if isIdle == false || !isKnownUniquelyReferenced(&count) { counts[scope] = count }
      }
    }
  }

  /// How many scopes are counted.
  var scopeCount: Int { counts.withLock { $0.count } }
}
