import Octets

/// How much one receiver takes, learnt from what it accepts and refuses; time comes in.
///
/// Nothing holds the first messages up. A receiver that asks us to slow down gets nothing for a
/// moment, then single messages until it takes one. What it took from the end of the last such time
/// to the end of this one, divided by the time, is what it takes. From a little below that the rate
/// rises again, the longer all is well the faster, until it refuses: that costs a little.
/// `docs/limits-and-shaping.md` has the figures and what they come to.
struct Shape: Sendable {
  /// Messages a second; `nil` while nothing is known to limit them.
  private(set) var rate: Double?
  /// The rate that it refused last.
  private(set) var ceiling = 0.0
  /// Since when it has taken nothing, and when it may be asked again.
  private(set) var blocked: (since: Timestamp, until: Timestamp)?
  /// When it last asked us to slow down.
  private(set) var refusedAt: Timestamp?

  /// Refusals of messages that were begun by then say nothing new.
  private var cutAt = Timestamp(microseconds: .min)
  private var probes = 0
  private var tokens = 0.0
  private var filledAt = Timestamp(microseconds: 0)
  /// What came of messages since the last block ended.
  private var cycle = Tally()
  /// The same since the rate was last changed.
  private var span = Tally()
  private var step = Self.firstStep
  private var recipientsInRow = 0
  private var doubtsInRow = 0
  private var isMild = false
  /// Whether the block began with doubts before anything had been taken, as greylisting has it.
  private var isOfStrangers = false

  private struct Tally: Sendable {
    var start: Timestamp?
    var accepted = 0.0
    var tried = 0.0

    func seconds(now: Timestamp) -> Double {
      start.map { max(0.001, (now - $0) / .seconds(1)) } ?? 0.001
    }
  }

  /// After a cut the rate is so much of the one that was refused.
  static let cut = 0.93
  /// Up to so much of the refused rate it rises at once after a good while.
  static let approach = 0.95
  /// So much of what was taken over a whole block is where it begins again.
  static let caution = 0.95
  /// The first pause, in messages at the rate that was refused.
  static let pause = 3.0
  static let firstStep = 0.01
  static let largestStep = 0.25
  /// A good while: so long, and so many messages accepted.
  static let goodWhile = (seconds: 60.0, messages: 20.0)
  static let longestWhile = 1_800.0
  /// Messages a second.
  static let least = 1.0 / 600
  static let most = 10_000.0
  /// Recipients refused in a row never bring the rate below this.
  static let mildLeast = 5.0
  static let recipientsThatCount = 10
  static let doubtsThatCount = 5
  static let longestPause = Duration.seconds(900)
  /// How long a refusal is remembered that was about us, and one that was about recipients.
  static let memory = Duration.seconds(86_400)
  static let mildMemory = Duration.seconds(3_600)

  init() {}

  /// Whether it holds anything up.
  var isOpen: Bool { rate == nil && blocked == nil }

  // MARK: Asking

  /// When the next message may begin; `now` or earlier when it may.
  func ready(now: Timestamp) -> Timestamp {
    // A clock that was set back does not lock anybody out.
    if let blocked {
      return blocked.until - now > Self.longestPause ? now : blocked.until
    }
    guard let rate else { return now }
    let missing = 1 - filled(now, rate)
    return missing <= 1e-9 ? now : now + Self.duration(missing / rate)
  }

  /// How many connections the rate can use, with messages of so many seconds.
  func connections(service: Double) -> Int {
    if blocked != nil { return 1 }
    guard let rate else { return .max }
    return max(1, Int(min(1e6, (1.5 * rate * service).rounded(.up))))
  }

  mutating func begin(now: Timestamp) {
    if cycle.start == nil { cycle.start = now }
    if let rate, blocked == nil {
      tokens = filled(now, rate) - 1
      filledAt = now
    }
  }

  /// A twentieth of a second's share can be saved up, because nobody looks at the clock all the time.
  private func filled(_ now: Timestamp, _ rate: Double) -> Double {
    let elapsed = max(0, (now - filledAt) / .seconds(1))
    return min(1 + rate / 20, tokens + elapsed * rate)
  }

  private static func duration(_ seconds: Double) -> Duration {
    .microseconds(Int64(max(0, min(1e9, seconds)) * 1_000_000) + 1)
  }

  // MARK: Hearing

  /// Notes how a message went that was begun at a moment; `true` when that changed the rate.
  mutating func hear(_ signal: ReplySignal, begun: Timestamp, now: Timestamp) -> Bool {
    if cycle.start == nil { cycle.start = begun }
    if signal != .none {
      cycle.tried += 1
      span.tried += 1
    }
    switch signal {
    case .none: return false
    case .accepted: return accepted(begun, now)
    case .slowDown:
      isOfStrangers = false
      return refused(begun, now)
    case .doubtful:
      doubtsInRow += 1
      guard doubtsInRow >= Self.doubtsThatCount else { return false }
      doubtsInRow = 0
      let isOfStrangers = rate == nil && blocked == nil && cycle.accepted == 0
      guard refused(begun, now) else { return false }
      self.isOfStrangers = self.isOfStrangers || isOfStrangers
      return true
    case .recipient:
      // While nothing else went out, that the server talks to us about a recipient is an answer.
      if blocked != nil, begun > cutAt { return resume(now) }
      recipientsInRow += 1
      guard recipientsInRow >= Self.recipientsThatCount else { return false }
      recipientsInRow = 0
      return slowMildly(now)
    }
  }

  private mutating func accepted(_ begun: Timestamp, _ now: Timestamp) -> Bool {
    (recipientsInRow, doubtsInRow) = (0, 0)
    cycle.accepted += 1
    span.accepted += 1
    if blocked != nil { return begun > cutAt ? resume(now) : false }
    guard rate != nil else {
      // What was long ago counts for less.
      if cycle.seconds(now: now) > 600 {
        cycle.start = now + .seconds(-300)
        cycle.accepted /= 2
        cycle.tried /= 2
      }
      return false
    }
    return raise(now)
  }

  private mutating func refused(_ begun: Timestamp, _ now: Timestamp) -> Bool {
    refusedAt = now
    isMild = false
    guard begun > cutAt else { return false }
    cutAt = now
    if let since = blocked?.since {
      probes += 1
      let seconds = (now - since) / .seconds(1)
      let longest = min(Self.longestPause / .seconds(1), max(120, seconds / 20))
      blocked = (since, now + Self.duration(min(longest, max(1, firstPause, seconds / 4))))
    } else {
      probes = 0
      blocked = (now, now + Self.duration(firstPause))
    }
    return true
  }

  private var firstPause: Double { rate.map { min(60, max(0.5, Self.pause / $0)) } ?? 1 }

  /// It takes messages again.
  private mutating func resume(_ now: Timestamp) -> Bool {
    if isOfStrangers {
      // Nothing was taken before and now it is: that was about strangers, not about the amount.
      self = Shape()
      cycle = Tally(start: now)
      return true
    }
    let taken = max(1, cycle.accepted) / cycle.seconds(now: now)
    // How fast it went until it was refused.
    let before =
      rate ?? max(1, cycle.accepted) / cycle.seconds(now: blocked?.since ?? now)
    let new: Double
    if probes == 0 {
      // A moment was enough: the pause counts for half.
      new = min(before * Self.cut, (before * taken).squareRoot())
      ceiling = rate == nil ? new : before
    } else if rate == nil {
      new = taken * Self.caution
      ceiling = taken
    } else {
      new = min(before * Self.cut, taken * Self.caution)
      // A few messages prove little.
      ceiling = cycle.accepted >= 20 ? taken : (taken * max(before, taken)).squareRoot()
    }
    set(new, now)
    blocked = nil
    cycle = Tally(start: now)
    step = Self.firstStep
    return true
  }

  private mutating func set(_ new: Double, _ now: Timestamp) {
    rate = max(Self.least, min(Self.most, new))
    tokens = 0
    filledAt = now
    span = Tally(start: now)
  }

  /// Raises the rate after a good while in which it was used.
  private mutating func raise(_ now: Timestamp) -> Bool {
    guard let rate else { return false }
    if span.start == nil { span.start = now }
    let seconds = span.seconds(now: now)
    guard
      seconds >= Self.goodWhile.seconds && span.accepted >= Self.goodWhile.messages
        || seconds >= Self.longestWhile
    else { return false }
    let isUsed = span.tried / seconds > rate / 2
    guard isUsed else {
      span = Tally(start: now)
      return false
    }
    let saved = (tokens, filledAt)
    if rate < ceiling * Self.approach {
      set(ceiling * Self.approach, now)
    } else {
      set(rate * (1 + step), now)
      step = min(Self.largestStep, step * 2)
    }
    (tokens, filledAt) = saved
    if rate >= Self.most { self.rate = nil }
    return true
  }

  private mutating func slowMildly(_ now: Timestamp) -> Bool {
    let base = rate ?? cycle.tried / cycle.seconds(now: now)
    guard base > Self.mildLeast else { return false }
    if refusedAt == nil { isMild = true }
    refusedAt = now
    ceiling = base
    set(max(Self.mildLeast, base * Self.cut), now)
    step = Self.firstStep
    return true
  }

  // MARK: Remembering

  /// Forgets what is too long ago; `true` when there was something.
  mutating func forget(now: Timestamp) -> Bool {
    guard !isOpen, blocked == nil, let refusedAt,
      now - refusedAt > (isMild ? Self.mildMemory : Self.memory)
    else { return false }
    self = Shape()
    return true
  }

  /// What was known when it was last written down.
  init(rate: Double, ceiling: Double, blocked: (Timestamp, Timestamp)?, refusedAt: Timestamp) {
    self.init()
    // Whoever was blocked before there was a rate has none.
    self.rate = rate.isFinite && rate > 0 ? max(Self.least, min(Self.most, rate)) : nil
    self.ceiling = ceiling.isFinite ? max(0, min(Self.most, ceiling)) : 0
    self.blocked = blocked.map { ($0.0, $0.1) }
    self.refusedAt = refusedAt
  }
}
