/// When a server that said “try again later” is asked again, and when we give up.
///
/// Written as people write it: `5m 15m 30m 1h 2h 4h, then every 4h, for 72h`.
public struct RetrySchedule: Sendable, Equatable {
  /// The wait after the first, second, … refusal.
  public let steps: [Duration]
  /// The wait after each refusal beyond the steps; `nil`: we give up then.
  public let every: Duration?
  /// How old a message may grow, counted from its first refusal; the last try is at that age.
  public let lifetime: Duration

  public init(steps: [Duration], every: Duration? = nil, lifetime: Duration) {
    self.steps = steps
    self.every = every
    self.lifetime = lifetime
  }

  /// 5, 15, 30 minutes, 1, 2, 4 hours, then every 4 hours until three days have passed.
  public static let standard = RetrySchedule(
    steps: [5, 15, 30, 60, 120, 240].map { .seconds($0 * 60) }, every: .seconds(4 * 3_600),
    lifetime: .seconds(72 * 3_600))

  /// For mail that someone waits for: an hour, then the sender is told.
  public static let transactional = RetrySchedule(
    steps: [1, 4, 10, 15, 30].map { .seconds($0 * 60) }, lifetime: .seconds(3_600))

  /// Nothing is tried a second time.
  public static let never = RetrySchedule(steps: [], lifetime: .zero)

  /// For messages that a broken connection kept from being sent.
  static let afterBrokenConnection: [Duration] = [1, 5, 30, 120].map { .seconds($0) }

  /// By how much a wait may be longer than the schedule says, as a share of it.
  ///
  /// What was refused in one go does not come back in one go, and never sooner than was promised.
  public static let mostJitter = 0.08

  /// How long to wait after a refusal.
  ///
  /// `attempt` is the number of the refused attempt, counted from 1, `age` the time since the first
  /// of them, and `jitter` a number from 0 up to 1 that is drawn anew each time.
  ///
  /// - Returns: `nil` when it is time to give up.
  public func wait(afterAttempt attempt: Int, age: Duration, jitter: Double = 0) -> Duration? {
    guard attempt >= 1, let wait = attempt <= steps.count ? steps[attempt - 1] : every else {
      return nil
    }
    return limited(wait * (1 + Self.mostJitter * min(1, max(0, jitter))), age: age)
  }

  /// Soon at first, for a server that broke the connection may only have restarted; then as after a
  /// refusal, so that a message that breaks every connection does not do so for ever.
  public func wait(
    afterBreak attempt: Int, age: Duration, jitter: Double = 0
  ) -> Duration? {
    let soon = Self.afterBrokenConnection
    guard soon.indices.contains(attempt - 1) else {
      return wait(afterAttempt: attempt, age: age, jitter: jitter)
    }
    return limited(soon[attempt - 1], age: age)
  }

  /// The last try is made when the message has reached its age, unless that is in a moment.
  private func limited(_ wait: Duration, age: Duration) -> Duration? {
    let left = lifetime - max(.zero, age)
    if wait <= left { return wait }
    return left >= min(Self.leastRest, wait / 2) && left > .zero ? left : nil
  }

  private static let leastRest = Duration.seconds(60)

  /// How many tries there are at most, the first included.
  public var mostAttempts: Int {
    var (age, attempt) = (Duration.zero, 1)
    while attempt < Self.mostAttemptsEver, let wait = wait(afterAttempt: attempt, age: age) {
      age += wait
      attempt += 1
    }
    return attempt
  }

  /// Where counting ends.
  static let mostAttemptsEver = 1_000
}
