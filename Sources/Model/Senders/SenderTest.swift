public import Octets

/// How a sender's test went.
public struct SenderTest: Sendable {
  public let at: Timestamp
  public let passed: Bool
  /// In plain words, for the one who set it up.
  public let answer: String

  public init(at: Timestamp, passed: Bool, answer: String) {
    self.at = at
    self.passed = passed
    self.answer = answer
  }
}

/// Where a sender leads.
public enum SenderKind: String, Sendable {
  /// An SMTP account.
  case smtp
  /// The mail server within: nothing leaves the machine.
  case sandbox
}
