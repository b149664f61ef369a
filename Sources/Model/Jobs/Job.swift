package import Octets

/// What a page asks the engine to do, and the answer.
package struct Job: Sendable {
  package let id: Identifier
  package let workspace: Identifier
  package let kind: Kind
  /// What it is about, such as a sender.
  package let subject: Identifier
  /// An address to send to, for instance; may be empty.
  package let argument: String
  package var state: State
  package var passed: Bool?
  /// In plain words.
  package var answer: String?
  package let createdAt: Timestamp

  package init(
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

  package enum Kind: String, Sendable {
    /// Connect, begin TLS, sign in; with an address as argument, send it a message too.
    case senderTest = "sender_test"
  }

  package enum State: String, Sendable {
    case waiting, running, done
  }
}
