import Locking

/// The right to send one message within the limits.
///
/// Whoever lets go of it unspent has given it back.
final class Permit: Sendable {
  private let allowance: Allowance
  private let isSpent = Lock(false)

  init(_ allowance: Allowance) { self.allowance = allowance }

  deinit {
    if !isSpent.withLock({ $0 }) { allowance.giveBack() }
  }

  /// The message has its outcome, or may have arrived: it counts from now on.
  func spend() {
    let isFirst = isSpent.withLock { isSpent in
      defer { isSpent = true }
      return !isSpent
    }
    if isFirst { allowance.spend() }
  }
}
