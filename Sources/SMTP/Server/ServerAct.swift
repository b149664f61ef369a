public import Net

/// How a server ends a connection.
public enum ServerEnding: Sendable, Equatable {
  /// TLS's goodbye, where there is TLS, and a FIN.
  case farewell
  /// A FIN alone: under TLS without close_notify.
  case cut
  /// A RST, which throws away what is still under way.
  case reset
}

/// One thing that a server does in answer to a command or a message.
public enum ServerAct: Sendable, Equatable {
  /// The reply that a well-behaved server would give.
  case usual
  case reply(ServerReply)
  /// These octets, whatever they are.
  case octets([UInt8])
  case wait(Duration)
  /// From here on, so many octets a second are read.
  case reading(perSecond: Int)
  /// From here on, so many octets a second are written.
  case writing(perSecond: Int)
  /// Lets so many octets of the message's text come in first; only between 354 and the final dot.
  case awaitText(octets: Int)
  /// What the client has sent ahead is thrown away unread.
  case discardInput
  /// The port turns new clients away.
  case outage(PortOutage)
  case end(ServerEnding)

  var isEnd: Bool {
    if case .end = self { return true }
    return false
  }
}

/// What a server does in answer, one thing after the other.
public struct ServerPlan: Sendable, Equatable {
  public var acts: [ServerAct]
  /// Whether the command has its effect and the message is kept, whatever the client gets to hear.
  public var takes: Bool

  public init(_ acts: [ServerAct], takes: Bool) {
    self.acts = acts
    self.takes = takes
  }
}
