import Locking

/// Asks work that goes on in steps to end after the step at hand.
package final class StopSign: Sendable {
  private struct State: Sendable {
    var isRaised = false
    var actions: [@Sendable () -> Void] = []
  }

  private let state = Lock(State())

  package init() {}

  package var isRaised: Bool { state.withLock { $0.isRaised } }

  package func raise() {
    let actions = state.withLock { state in
      state.isRaised = true
      defer { state.actions = [] }
      return state.actions
    }
    for action in actions { action() }
  }

  /// Does `action` once the sign is raised, at once if it is already.
  package func whenRaised(_ action: @escaping @Sendable () -> Void) {
    let isRaised = state.withLock { state in
      if !state.isRaised { state.actions.append(action) }
      return state.isRaised
    }
    if isRaised { action() }
  }
}
