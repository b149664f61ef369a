import Locking
package import Model
package import Octets

/// The hourly limits of all senders and workspaces.
///
/// It always counts, so that a limit that is set later holds for what has left before.
package final class Throttle: Sendable {
  /// Whose messages are counted together.
  enum Scope: Hashable, Sendable {
    case sender(workspace: Identifier, sender: Identifier)
    case workspace(Identifier)
  }

  /// One scope's count, shared by all who send in it.
  final class Hour: Sendable {
    let state = Lock((hour: SlidingHour(), isRestored: false))
  }

  private let hours = Lock<[Scope: Hour]>([:])
  let now: @Sendable () -> Timestamp

  /// A throttle by a clock that never goes back; see ``steadyClock()``.
  package init(now: @escaping @Sendable () -> Timestamp = Throttle.steadyClock()) {
    self.now = now
  }

  /// A clock that begins at what the machine's says and then goes on evenly, also when that one is
  /// set.
  package static func steadyClock() -> @Sendable () -> Timestamp {
    let (start, tick) = (Timestamp.now(), ContinuousClock.now)
    return { start + (ContinuousClock.now - tick) }
  }

  /// What one sender of a workspace may do.
  package func allowance(sender: Identifier, in workspace: Identifier) -> Allowance {
    hours.withLock { hours in
      func hour(_ scope: Scope) -> Hour {
        if let known = hours[scope] { return known }
        let new = Hour()
        hours[scope] = new
        return new
      }
      return Allowance(
        sender: hour(.sender(workspace: workspace, sender: sender)),
        workspace: hour(.workspace(workspace)), now: now)
    }
  }

  /// Lets go of the memory of hours long past, and of scopes that nobody uses any more.
  ///
  /// One that is used again later is restored from what the database says.
  func sweep() {
    let now = now()
    hours.withLock { hours in
      for scope in Array(hours.keys) {
        var hour = hours.removeValue(forKey: scope)
        let isIdle = hour?.state.withLock { state in
          state.hour.expire(now)
          return state.hour.isIdle
        }
        if isIdle == false || !isKnownUniquelyReferenced(&hour) { hours[scope] = hour }
      }
    }
  }

  /// How many scopes are counted.
  var scopeCount: Int { hours.withLock { $0.count } }
}
