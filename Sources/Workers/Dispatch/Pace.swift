import Locking
import Octets

/// How fast messages of one run may leave.
final class Pace: Sendable {
  private struct Bucket: Sendable {
    var tokens: Double
    var filledAt: Timestamp
  }

  private let perSecond: Double?
  private let bucket: Lock<Bucket>

  /// A pace of `perSecond` messages, `nil` for no limit.
  init(perSecond: Double?, now: Timestamp) {
    self.perSecond = perSecond
    bucket = Lock(Bucket(tokens: 1, filledAt: now))
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
