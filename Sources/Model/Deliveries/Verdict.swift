public import Octets

/// What a try to deliver came to, as the transport tells it.
public enum DeliveryOutcome: Sendable, Equatable {
  case accepted(ServerAnswer)
  case refusedForGood(ServerAnswer)
  case refusedForNow(ServerAnswer)
  /// The connection broke before the dot: the message has surely not arrived.
  case unsent(reason: String)
  /// The dot may have been sent and no reply came.
  case inDoubt(reason: String)
  /// It cannot be composed or must not be sent; the server was not asked.
  case impossible(reason: String)

  /// Whether a retry may follow, so that it matters when.
  public var mayBeRetried: Bool {
    switch self {
    case .accepted, .refusedForGood, .impossible: false
    case .refusedForNow, .unsent, .inDoubt: true
    }
  }
}

/// A server's own words about one message.
public struct ServerAnswer: Sendable, Equatable {
  public let code: Int
  /// As in `5.1.1`; empty when the server gave none.
  public let enhancedCode: String
  /// The reply's text: hostile.
  public let text: [UInt8]

  public init(code: Int, enhancedCode: String = "", text: [UInt8] = []) {
    self.code = code
    self.enhancedCode = enhancedCode
    self.text = text
  }
}

/// What the ledger writes down about a finished try.
public struct Verdict: Sendable, Equatable {
  public let state: DeliveryState
  public let answer: ServerAnswer?
  /// In our own words, when the server's do not say it.
  public let reason: String?
  /// When a deferred delivery is due again.
  public let dueAt: Timestamp?
  /// Whether nobody knows if the message has arrived; it may be due again all the same.
  public let isInDoubt: Bool

  public init(
    state: DeliveryState, answer: ServerAnswer? = nil, reason: String? = nil,
    dueAt: Timestamp? = nil, isInDoubt: Bool = false
  ) {
    self.isInDoubt = isInDoubt || state == .unknown
    self.state = state
    self.answer = answer
    self.reason = reason
    self.dueAt = dueAt
  }

  /// Decides what an outcome means for a delivery that is being sent.
  ///
  /// `tries` says how often it has been tried.
  public init(
    of outcome: DeliveryOutcome, tries: Tries, retrying schedule: RetrySchedule,
    inDoubt policy: InDoubtPolicy, now: Timestamp, jitter: Double = 0
  ) {
    let age = tries.age(now: now)
    let waitAfterBreak = schedule.wait(afterBreak: tries.ofThisRow, age: age, jitter: jitter)
    switch outcome {
    case .accepted(let answer): self.init(state: .sent, answer: answer)
    case .refusedForGood(let answer): self.init(state: .failed, answer: answer)
    case .refusedForNow(let answer):
      self.init(
        again: schedule.wait(afterAttempt: tries.ofThisRow, age: age, jitter: jitter),
        tries.ofThisRow, answer: answer, reason: nil, now: now)
    case .unsent(let reason):
      self.init(
        again: waitAfterBreak, tries.ofThisRow, answer: nil, reason: reason, now: now)
    case .inDoubt(let reason):
      switch policy {
      case .hold: self.init(state: .unknown, reason: reason)
      case .resend:
        // A server that takes the dot and never answers must not get the message for ever; when we
        // give up, it may have arrived all the same.
        if tries.doubts < InDoubtPolicy.mostResends, let wait = waitAfterBreak {
          self.init(state: .deferred, reason: reason, dueAt: now + wait, isInDoubt: true)
        } else {
          self.init(state: .unknown, reason: reason)
        }
      }
    case .impossible(let reason): self.init(state: .failed, reason: reason)
    }
  }

  private init(
    again wait: Duration?, _ attempt: Int, answer: ServerAnswer?, reason: String?, now: Timestamp
  ) {
    if let wait {
      self.init(state: .deferred, answer: answer, reason: reason, dueAt: now + wait)
    } else {
      let trouble = reason.map { ": \($0)" } ?? ""
      self.init(
        state: .failed, answer: answer,
        reason: "given up after \(attempt == 1 ? "one attempt" : "\(attempt) attempts")\(trouble)")
    }
  }
}
