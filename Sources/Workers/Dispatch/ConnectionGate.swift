import Locking
import Octets
import SMTP

/// Keeps connections from hammering a server that does not let them in.
///
/// After a failure all wait, longer each time, and one of them tries first.
final class ConnectionGate: Sendable {
  private struct State: Sendable {
    var failures = 0
    var notBefore = Timestamp(microseconds: 0)
    var failingSince: Timestamp?
    var lastError: SessionError?
    /// Sessions that are open now.
    var open = 0
  }

  private let state = Lock(State())

  /// How long to wait before trying to connect; zero when one may try now.
  func wait(now: Timestamp) -> Duration {
    state.withLock { state in
      guard state.notBefore > now else {
        // While the server is failing, whoever comes first tries alone.
        if state.failures > 0 { state.notBefore = now + .seconds(1) }
        return .zero
      }
      return state.notBefore - now
    }
  }

  func succeeded() {
    state.withLock { state in
      let open = state.open + 1
      state = State()
      state.open = open
    }
  }

  /// A session has ended, for whatever reason.
  func ended() { state.withLock { $0.open -= 1 } }

  func failed(_ error: SessionError, now: Timestamp) {
    state.withLock { state in
      state.failures += 1
      state.failingSince = state.failingSince ?? now
      state.lastError = error
      let seconds = min(30, 0.5 * Double(1 << min(6, state.failures - 1)))
      state.notBefore = now + .milliseconds(Int64(seconds * 1_000))
    }
  }

  /// Since when nobody has been let in, and why; `nil` while any session is open.
  var trouble: (since: Timestamp, error: SessionError)? {
    state.withLock { state in
      guard state.open == 0, let since = state.failingSince, let error = state.lastError else {
        return nil
      }
      return (since, error)
    }
  }
}
