import Locking

/// What the sessions of one sender learn from each other about signing in.
///
/// Until one of them is let in they try one after the other, and after a refusal none tries again:
/// a wrong password given by thirty connections at once locks the account, or our address out.
public final class SignInMemory: Sendable {
  /// Whether a session may try.
  enum Turn: Sendable {
    /// It may, with the mechanism that let another in, if any was.
    case ahead(Mechanism?)
    case refused(Reply)
  }

  enum Outcome: Sendable {
    case signedIn(Mechanism)
    case refused(Reply)
    /// Nothing was learnt about name and password.
    case unknown
  }

  private struct State: Sendable {
    var proven: Mechanism?
    var refusal: Reply?
    var isTrying = false
    var waiting: [UnsafeContinuation<Void, Never>] = []
  }

  private let state = Lock(State())

  public init() {}

  /// Waits while another tries for the first time.
  func turn() async -> Turn {
    while true {
      let turn: Turn? = state.withLock { state in
        if let refusal = state.refusal { return .refused(refusal) }
        if let proven = state.proven { return .ahead(proven) }
        guard !state.isTrying else { return nil }
        state.isTrying = true
        return .ahead(nil)
      }
      if let turn { return turn }
      await withUnsafeContinuation { waiter in
        let mustWait = state.withLock { state in
          guard state.isTrying else { return false }
          state.waiting.append(waiter)
          return true
        }
        if !mustWait { waiter.resume() }
      }
    }
  }

  func ended(_ outcome: Outcome) {
    let waiting = state.withLock { state in
      switch outcome {
      case .signedIn(let mechanism): state.proven = mechanism
      case .refused(let reply): state.refusal = reply
      case .unknown: break
      }
      state.isTrying = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in waiting { waiter.resume() }
  }
}
