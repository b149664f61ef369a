/// Where in a conversation a rule may act.
enum ScriptStep: String, Sendable, CaseIterable {
  case connect, banner, ehlo, helo, starttls, auth, mail, rcpt, data, body, dot, rset, quit
  /// Each of the commands from `ehlo` to `dot`, but not `body`.
  case any

  static let ofAny: Set<ScriptStep> = [.ehlo, .helo, .starttls, .auth, .mail, .rcpt, .data, .dot]

  /// Whether recipients are known there.
  var knowsRecipients: Bool {
    switch self {
    case .rcpt, .data, .body, .dot: true
    default: false
    }
  }

  /// Whether the sender of a message is known there.
  var knowsSender: Bool { self == .mail || knowsRecipients }

  /// Whether the client has been let in there.
  var isAfterBanner: Bool { self != .connect && self != .banner }
}

/// What a rule counts apart.
enum ScriptKey: String, Sendable, CaseIterable {
  case domain, recipient, sender, connection, user
}

/// When a rule acts: every condition must hold.
struct ScriptConditions: Sendable, Equatable {
  enum Times: Sendable, Equatable {
    case first(Int)
    case after(Int)
    case every(Int)

    func holds(for number: Int) -> Bool {
      switch self {
      case .first(let count): number <= count
      case .after(let count): number > count
      case .every(let count): number % count == 0
      }
    }
  }

  /// So many may pass, in any span of time of this length or ever.
  struct Limit: Sendable, Equatable {
    let most: Int
    let span: Duration?
  }

  var to: AddressPattern?
  var from: AddressPattern?
  var user: AddressPattern?
  var connection: ClosedRange<Int>?
  var everyConnection: Int?
  /// More connections than this are open at once.
  var beyondAtOnce: Int?
  var message: ClosedRange<Int>?
  var recipient: ClosedRange<Int>?
  var isEncrypted: Bool?
  /// The message has more octets than this.
  var largerThan: Int?
  /// Counted from the start of the server.
  var during: Range<Duration>?
  /// A share of all addresses, in millionths, always the same ones.
  var share: UInt32?
  /// A chance in millionths.
  var chance: UInt32?
  var times: Times?
  var beyond: Limit?
  /// How long a pair of sender and recipient is new.
  var greylist: Duration?
  var each: ScriptKey?
}

/// One thing that a rule does; unlike a `ServerAct` it may leave something to chance.
enum ScriptAct: Sendable, Equatable {
  case act(ServerAct)
  case wait(ClosedRange<Duration>)
  /// So many random octets.
  case garbage(Int)
}

/// One line of a script: where, when, and what.
struct ScriptRule: Sendable, Equatable {
  let line: Int
  let step: ScriptStep
  let conditions: ScriptConditions
  let acts: [ScriptAct]
  /// Whether it says how the step ends; the others let the rules below have their say.
  let isAnswer: Bool
  /// Whether the command has its effect.
  let takes: Bool
}
