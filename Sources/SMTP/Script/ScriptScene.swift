import Octets

/// What is known at one step of one conversation.
struct ScriptScene {
  let step: ScriptStep
  private let visit: ServerVisit
  private var recipients: [[UInt8]] = []
  /// The recipient's number in its transaction.
  private var number = 0
  private var size = 0

  init(_ moment: ServerMoment, _ visit: ServerVisit) {
    var visit = visit
    switch moment {
    case .connect: step = .connect
    case .hello(_, let isExtended): step = isExtended ? .ehlo : .helo
    case .startTLS: step = .starttls
    case .authentication(let user):
      step = .auth
      visit.user = user
    case .mail(let sender):
      step = .mail
      visit.sender = sender
      visit.transactions += 1
    case .recipient(let address, let accepted):
      step = .rcpt
      recipients = [address]
      number = accepted + 1
    case .data(let envelope):
      step = .data
      recipients = envelope.recipients
    case .text(let envelope):
      step = .body
      recipients = envelope.recipients
    case .message(let envelope, let bytes):
      step = .dot
      visit.sender = envelope.from
      recipients = envelope.recipients
      size = bytes
    case .reset: step = .rset
    case .quit: step = .quit
    }
    self.visit = visit
  }

  private init(_ step: ScriptStep, _ visit: ServerVisit) {
    self.step = step
    self.visit = visit
  }

  /// The same connection at another step.
  func at(_ step: ScriptStep) -> ScriptScene { ScriptScene(step, visit) }

  /// The first one, where there are several.
  var recipient: [UInt8] { (recipients.first ?? []).lowercasedASCII }

  /// Sender and recipient, as greylisting knows them.
  var pair: [UInt8] { visit.sender.lowercasedASCII + [ASCII.nul] + recipient }

  func key(_ key: ScriptKey) -> [UInt8] {
    switch key {
    case .domain: AddressPattern.domain(of: recipient)
    case .recipient: recipient
    case .sender: visit.sender.lowercasedASCII
    case .connection: Array(String(visit.connection).utf8)
    case .user: visit.user ?? []
    }
  }

  /// Whether the conditions hold that need no memory.
  func fulfils(_ conditions: ScriptConditions, now: Duration) -> Bool {
    if let to = conditions.to, !recipients.contains(where: to.matches) { return false }
    if let from = conditions.from, !from.matches(visit.sender) { return false }
    if let user = conditions.user {
      guard let name = visit.user, user.matches(name) else { return false }
    }
    if let range = conditions.connection, !range.contains(visit.connection) { return false }
    if let every = conditions.everyConnection, visit.connection % every != 0 { return false }
    if let most = conditions.beyondAtOnce, visit.atOnce <= most { return false }
    if let range = conditions.message, !range.contains(visit.transactions) { return false }
    if let range = conditions.recipient, !range.contains(number) { return false }
    if let isEncrypted = conditions.isEncrypted, visit.isSecure != isEncrypted { return false }
    if let most = conditions.largerThan, size <= most { return false }
    if let during = conditions.during, !during.contains(now) { return false }
    return true
  }
}
