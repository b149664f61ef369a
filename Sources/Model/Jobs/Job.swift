public import Octets

/// What a page asks the engine to do, and the answer.
public struct Job: Sendable {
  public let id: Identifier
  public let workspace: Identifier
  public let kind: Kind
  /// What it is about, such as a sender.
  public let subject: Identifier
  /// An address to send to, for instance; may be empty.
  public let argument: String
  public var state: State
  public var passed: Bool?
  /// In plain words.
  public var answer: String?
  public let createdAt: Timestamp

  public init(
    id: Identifier, workspace: Identifier, kind: Kind, subject: Identifier, argument: String = "",
    state: State = .waiting, passed: Bool? = nil, answer: String? = nil, createdAt: Timestamp
  ) {
    self.id = id
    self.workspace = workspace
    self.kind = kind
    self.subject = subject
    self.argument = argument
    self.state = state
    self.passed = passed
    self.answer = answer
    self.createdAt = createdAt
  }

  public enum Kind: String, Sendable {
    /// Connect, begin TLS, sign in; with an address as argument, send it a message too.
    case senderTest = "sender_test"
  }

  public enum State: String, Sendable {
    case waiting, running, done
  }
}
