/// A point in the conversation at which a script may decide otherwise.
package enum ServerMoment: Sendable {
  case connect
  case hello([UInt8])
  case mail(from: [UInt8])
  /// A recipient, and how many were accepted before it.
  case recipient([UInt8], accepted: Int)
  case data(ServerEnvelope)
  /// The message is complete; `bytes` long.
  case message(ServerEnvelope, bytes: Int)
}

/// What becomes of a command or a message.
package struct ServerDecision: Sendable, Equatable {
  package enum Answer: Sendable, Equatable {
    /// The usual positive reply.
    case accept
    /// This reply; a positive one accepts, 421 ends the connection.
    case reply(ServerReply)
    /// The connection ends without a word.
    case drop
  }

  package let answer: Answer
  /// How long the client waits for it.
  package let delay: Duration

  package init(_ answer: Answer, after delay: Duration = .zero) {
    self.answer = answer
    self.delay = delay
  }

  package static let accept = ServerDecision(.accept)
}

/// The script of a sandbox server.
package struct ServerPolicy: Sendable {
  /// `nil` accepts everything and costs nothing.
  let decide: (@Sendable (ServerMoment) -> ServerDecision)?

  package init(_ decide: @escaping @Sendable (ServerMoment) -> ServerDecision) {
    self.decide = decide
  }

  private init() { decide = nil }

  package static let acceptAll = ServerPolicy()
}
