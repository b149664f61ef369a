public import Octets

/// What a sender does when its server says “later”, and what it asks of messages that are not its
/// own.
public struct SenderRules: Sendable, Equatable {
  /// When campaigns are tried again; `nil` is ``RetrySchedule/standard``.
  public var retries: RetrySchedule?
  /// When transactional mail is tried again; `nil` is ``RetrySchedule/transactional``.
  public var urgentRetries: RetrySchedule?
  /// Whether its server takes messages from its own address only: then messages bear that where it
  /// stands in for another sender.
  public var usesOwnFromOnly = false

  public init() {}

  /// The schedule that holds for a campaign.
  public func schedule(isTransactional: Bool) -> RetrySchedule {
    isTransactional ? urgentRetries ?? .transactional : retries ?? .standard
  }
}

/// A sign-in that a sender's server refused.
///
/// Nobody signs in again before the account was changed or a test has passed: more tries with a
/// wrong password lock accounts, or our address out.
public struct SignInRefusal: Sendable, Equatable {
  public let at: Timestamp
  /// What happened and what to do, in plain words.
  public let answer: String

  public init(at: Timestamp, answer: String) {
    self.at = at
    self.answer = answer
  }
}

extension Sender {
  /// Whether the other would sign in at the same server, as the same user, with the same password.
  public func signsIn(as other: Sender) -> Bool {
    kind == other.kind && host == other.host && port == other.port && security == other.security
      && user == other.user && sealedPassword == other.sealedPassword
  }
}
