import Locking
import Octets

/// How fast messages may leave: a rate for one run, and the hourly limits that runs share.
final class Pace: Sendable {
  /// What someone is told who wants to send a message.
  enum Turn: Sendable {
    /// It may go, with the permit that it holds where there are hourly limits.
    case now(Permit?)
    case wait(Duration)
    /// The hour's share is used up.
    case usedUp
  }

  private struct Bucket: Sendable {
    var tokens: Double
    var filledAt: Timestamp
  }

  private let perSecond: Double?
  private let allowance: Allowance?
  private let bucket: Lock<Bucket>

  /// A pace of `perSecond` messages, `nil` for no limit, within an allowance.
  init(perSecond: Double?, allowance: Allowance? = nil, now: Timestamp) {
    self.perSecond = perSecond
    self.allowance = allowance
    bucket = Lock(Bucket(tokens: 1, filledAt: now))
  }

  /// Asks for the right to send one message.
  func turn(now: Timestamp) -> Turn {
    var permit: Permit?
    if let allowance {
      guard let taken = allowance.take() else { return .usedUp }
      permit = taken
    }
    if let wait = take(now: now) { return .wait(wait) }
    return .now(permit)
  }

  /// Takes the right to send one message at this run's rate.
  ///
  /// - Returns: `nil` when it was given, else how long to wait before asking again.
  func take(now: Timestamp) -> Duration? {
    guard let perSecond else { return nil }
    return bucket.withLock { bucket in
      let elapsed = max(0, (now - bucket.filledAt) / .seconds(1))
      // At most one message is saved up, so that no second ever sees more than its share.
      bucket.tokens = min(1, bucket.tokens + elapsed * perSecond)
      bucket.filledAt = now
      guard bucket.tokens < 1 else {
        bucket.tokens -= 1
        return nil
      }
      let microseconds = ((1 - bucket.tokens) / perSecond * 1_000_000).rounded(.up)
      return .microseconds(Int64(min(1e15, microseconds)))
    }
  }
}
