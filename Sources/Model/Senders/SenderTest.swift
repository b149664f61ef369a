package import Octets

/// How a sender's test went.
package struct SenderTest: Sendable {
  package let at: Timestamp
  package let passed: Bool
  /// In plain words, for the one who set it up.
  package let answer: String

  package init(at: Timestamp, passed: Bool, answer: String) {
    self.at = at
    self.passed = passed
    self.answer = answer
  }
}

/// Where a sender leads.
package enum SenderKind: String, Sendable {
  /// An SMTP account.
  case smtp
  /// The mail server within: nothing leaves the machine.
  case sandbox
}
