import Locking
import Octets
import SMTP

/// The door of one sender's server, as all who send through it know it: whoever was turned away
/// makes the others wait.
///
/// After a failure all wait, longer each time up to half a minute, and one of them tries alone. A
/// session that is closed before a single message got its answer is a failure too: a server that
/// greets and hangs up is not besieged. So when a server comes back, nobody has given up and no
/// crowd stands before it.
final class Doorstep: Sendable {
  private struct State: Sendable {
    var failures = 0
    /// Counts on for ever.
    var allFailures = 0
    var notBefore = Timestamp(microseconds: 0)
    var failingSince: Timestamp?
    var lastError: SessionError?
    /// While the server is failing: somebody is at the door, since when.
    var tryingSince: Timestamp?
    /// Whether somebody was let in after the last failure.
    var isLetIn = true
    /// Sessions that are open now.
    var open = 0
  }

  private let state = Lock(State())
  /// Somebody who tries and never says how it went is waited for so long.
  private static let longestTry = Duration.seconds(600)
  private static let longestWait = 30.0

  /// How long to wait before trying to connect; zero when one may try now, and must say then how it
  /// went.
  func wait(now: Timestamp) -> Duration {
    state.withLock { state in
      if state.isLetIn { return .zero }
      if let since = state.tryingSince, now - since < Self.longestTry { return .seconds(1) }
      guard state.notBefore <= now else { return state.notBefore - now }
      state.tryingSince = now
      return .zero
    }
  }

  /// What ``proved(_:)`` wants to know of a session: how many failures there had been before it.
  struct Entry: Sendable {
    fileprivate let failures: Int
  }

  /// A session is open: the others may try as well.
  func opened() -> Entry {
    state.withLock { state in
      state.open += 1
      state.isLetIn = true
      state.tryingSince = nil
      return Entry(failures: state.allFailures)
    }
  }

  /// A message got its answer over a session: all is well, unless another was turned away since it
  /// was opened; a server may have enough of us.
  func proved(_ entry: Entry) {
    state.withLock { state in
      guard state.failingSince != nil, entry.failures == state.allFailures else { return }
      state.failures = 0
      state.failingSince = nil
      state.lastError = nil
    }
  }

  /// A session has ended, for whatever reason.
  func ended() { state.withLock { $0.open = max(0, $0.open - 1) } }

  /// Nobody was let in, or only to be sent away.
  func failed(_ error: SessionError, now: Timestamp) {
    state.withLock { state in
      state.allFailures += 1
      state.lastError = error
      // Connections that break together have failed once.
      if !state.isLetIn, state.tryingSince == nil, now < state.notBefore { return }
      state.failures += 1
      state.failingSince = state.failingSince ?? now
      state.tryingSince = nil
      state.isLetIn = false
      let seconds = min(Self.longestWait, 0.5 * Double(1 << min(6, state.failures - 1)))
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

  /// When the next may try; `nil` while all are let in.
  var nextTry: Timestamp? { state.withLock { $0.isLetIn ? nil : $0.notBefore } }

  /// Whether forgetting it changes nothing.
  var isCalm: Bool { state.withLock { $0.failures == 0 && $0.open == 0 && $0.isLetIn } }
}
