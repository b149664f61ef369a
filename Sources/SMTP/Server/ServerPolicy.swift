/// A point in the conversation at which a script may decide otherwise.
public enum ServerMoment: Sendable {
  /// A client has come: decides what it gets for a banner.
  case connect
  case hello([UInt8], isExtended: Bool)
  case startTLS
  /// User name and password are there, whether they are right or not.
  case authentication(user: [UInt8])
  case mail(from: [UInt8])
  /// A recipient, and how many were accepted before it.
  case recipient([UInt8], accepted: Int)
  case data(ServerEnvelope)
  /// The text is about to come; only a plan that begins with `awaitText` has a meaning here.
  case text(ServerEnvelope)
  /// The message is complete; `bytes` long.
  case message(ServerEnvelope, bytes: Int)
  case reset
  case quit
}

/// What is known about the connection on which a decision is made.
public struct ServerVisit: Sendable, Equatable {
  /// The connection's number, from 1 on.
  public var connection = 1
  /// How many connections were open when it came, itself among them.
  public var atOnce = 1
  /// How many transactions have begun on it.
  public var transactions = 0
  public var isSecure = false
  public var user: [UInt8]?
  /// Who the message at hand is from.
  public var sender: [UInt8] = []

  public init(connection: Int = 1, atOnce: Int = 1) {
    self.connection = connection
    self.atOnce = atOnce
  }
}

/// What becomes of a command or a message.
public struct ServerDecision: Sendable, Equatable {
  public enum Answer: Sendable, Equatable {
    /// The usual positive reply.
    case accept
    /// This reply; a positive one accepts, 421 ends the connection.
    case reply(ServerReply)
    /// The connection ends without a word.
    case drop
    case play(ServerPlan)
  }

  public let answer: Answer
  /// How long the client waits for it.
  public let delay: Duration

  public init(_ answer: Answer, after delay: Duration = .zero) {
    self.answer = answer
    self.delay = delay
  }

  public static let accept = ServerDecision(.accept)

  /// Whether the command has its effect and the message is to be kept.
  public var takes: Bool {
    switch answer {
    case .accept: true
    case .reply(let reply): reply.isPositive
    case .drop: false
    case .play(let plan): plan.takes
    }
  }

  /// What the server does, step by step.
  var acts: [ServerAct] {
    var acts: [ServerAct] =
      switch answer {
      case .accept: [.usual]
      case .reply(let reply): [.reply(reply)]
      case .drop: [.end(.farewell)]
      case .play(let plan): plan.acts
      }
    if case .reply(let reply) = acts.last(where: \.isReply), reply.ends,
      !acts.contains(where: \.isEnd)
    {
      acts.append(.end(.farewell))
    }
    return delay > .zero ? [.wait(delay)] + acts : acts
  }
}

extension ServerAct {
  var isReply: Bool {
    if case .reply = self { return true }
    return false
  }
}

/// The script of a sandbox server.
public struct ServerPolicy: Sendable {
  public typealias Decide = @Sendable (ServerMoment, ServerVisit) -> ServerDecision

  /// `nil` accepts everything and costs nothing.
  let decide: Decide?

  public init(_ decide: @escaping @Sendable (ServerMoment) -> ServerDecision) {
    self.decide = { moment, _ in decide(moment) }
  }

  /// Decides with what is known about the connection.
  public init(knowing decide: @escaping Decide) { self.decide = decide }

  private init() { decide = nil }

  public static let acceptAll = ServerPolicy()
}
