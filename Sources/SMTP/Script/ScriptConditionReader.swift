import Octets

/// Reads what stands between a rule's step and its colon.
struct ScriptConditionReader {
  private enum Name: String, CaseIterable {
    case to, from, user, connection, message, recipient, first, after, every, beyond, each, share
    case chance, greylist, encrypted, unencrypted, larger, during, octets
  }

  private(set) var line: ScriptLine
  private let step: ScriptStep
  private var conditions = ScriptConditions()
  /// How much of the text comes in before a rule at `body` acts.
  private(set) var octets = 1
  private var seen: Set<Name> = []

  init(_ line: ScriptLine, step: ScriptStep) {
    self.line = line
    self.step = step
  }

  mutating func read() throws(ScriptError) -> ScriptConditions {
    while line.current != .colon, line.current != .end {
      if line.take(.comma) { continue }
      let known = Name.allCases.map(\.rawValue)
      guard let word = line.word else {
        throw line.unexpected("a condition, or the colon before what the server does")
      }
      guard let name = Name(rawValue: word) else {
        throw isAct(word)
          ? line.fault(
            "A colon is missing before “\(word)”.",
            "Between the conditions and what the server does stands “:”.")
          : line.unknown(word, "a condition", known)
      }
      try check(name)
      line.skip()
      try take(name)
    }
    return conditions
  }

  private func isAct(_ word: String) -> Bool { ScriptParser.ActName(rawValue: word) != nil }

  /// That it can be known at this step, and stands here for the first time.
  private mutating func check(_ name: Name) throws(ScriptError) {
    let (isKnown, why) =
      switch name {
      case .to, .share, .greylist:
        (step.knowsRecipients, "The recipient is known at rcpt, data, body and dot.")
      case .recipient: (step == .rcpt, "It counts the recipients at rcpt.")
      case .from, .message:
        (step.knowsSender, "The message is known at mail, rcpt, data, body and dot.")
      case .user, .encrypted, .unencrypted:
        (step.isAfterBanner, "It is known from ehlo on.")
      case .larger: (step == .dot, "The size of a message is known at dot.")
      case .octets: (step == .body, "It counts the octets of the text, at body.")
      case .connection, .first, .after, .every, .beyond, .each, .chance, .during: (true, "")
      }
    guard isKnown else {
      throw line.fault("“\(name.rawValue)” has no meaning at \(step.rawValue).", why)
    }
    guard seen.insert(name).inserted else {
      throw line.fault("“\(name.rawValue)” stands here twice.", "Make two rules of it.")
    }
  }

  private mutating func take(_ name: Name) throws(ScriptError) {
    switch name {
    case .to: conditions.to = try pattern()
    case .from: conditions.from = try pattern()
    case .user: conditions.user = try pattern(isForNames: true)
    case .connection:
      if line.take(.word("every")) {
        conditions.everyConnection = try count()
      } else {
        conditions.connection = try range()
      }
    case .message: conditions.message = try range()
    case .recipient: conditions.recipient = try range()
    case .first: try setTimes(.first(try count()))
    case .after: try setTimes(.after(try count()))
    case .every: try setTimes(.every(try count()))
    case .beyond: try takeLimit()
    case .each: try takeKey()
    case .share: conditions.share = try share()
    case .chance: conditions.chance = try share()
    case .greylist:
      conditions.greylist = try line.take("a time such as 60s", ScriptNumbers.span)
    case .encrypted: try setEncrypted(true)
    case .unencrypted: try setEncrypted(false)
    case .larger: conditions.largerThan = try line.take("a size such as 5MB", ScriptNumbers.size)
    case .during:
      conditions.during = try line.take("a time such as 10s..70s", ScriptNumbers.period)
    case .octets: octets = try line.take("a size such as 5000", ScriptNumbers.size)
    }
  }

  private mutating func setTimes(_ times: ScriptConditions.Times) throws(ScriptError) {
    guard conditions.times == nil else {
      throw line.fault("Only one of “first”, “after” and “every” may stand in a rule.")
    }
    conditions.times = times
  }

  private mutating func setEncrypted(_ isEncrypted: Bool) throws(ScriptError) {
    guard conditions.isEncrypted == nil else {
      throw line.fault("“encrypted” and “unencrypted” cannot both hold.")
    }
    conditions.isEncrypted = isEncrypted
  }

  /// `N`, `N at once`, `N per SPAN` or `N per connection`.
  private mutating func takeLimit() throws(ScriptError) {
    let column = line.column
    let most = try count()
    if line.take(.word("at")) {
      guard line.take(.word("once")) else { throw line.unexpected("“once”, as in “5 at once”") }
      conditions.beyondAtOnce = most
    } else if line.take(.word("per")) {
      if line.take(.word("connection")) {
        try setKey(.connection)
        conditions.beyond = ScriptConditions.Limit(most: most, span: nil)
        return
      }
      let span = try line.take(
        "a span of time such as minute, hour, 10s or connection", ScriptNumbers.span)
      guard most <= RuleMemory.mostPasses else {
        throw line.fault(
          "This is too many to count.", at: column,
          "A limit per time is at most \(RuleMemory.mostPasses).")
      }
      conditions.beyond = ScriptConditions.Limit(most: most, span: span)
    } else {
      conditions.beyond = ScriptConditions.Limit(most: most, span: nil)
    }
  }

  private mutating func takeKey() throws(ScriptError) {
    let key = try line.choice("something to count apart", of: ScriptKey.self)
    let isKnown =
      switch key {
      case .domain, .recipient: step.knowsRecipients
      case .sender: step.knowsSender
      case .user: step.isAfterBanner
      case .connection: true
      }
    guard isKnown else {
      throw line.fault("The \(key.rawValue) is not known at \(step.rawValue).")
    }
    line.skip()
    try setKey(key)
  }

  private mutating func setKey(_ key: ScriptKey) throws(ScriptError) {
    guard conditions.each == nil else {
      throw line.fault("A rule can count only one thing apart.", "Make two rules of it.")
    }
    conditions.each = key
  }

  private mutating func pattern(
    isForNames: Bool = false
  ) throws(ScriptError) -> AddressPattern {
    if let quoted = line.takeQuoted() {
      guard let pattern = AddressPattern(quoted, isForNames: isForNames) else {
        throw line.fault("The text is not a pattern for addresses.")
      }
      return pattern
    }
    return try line.take("an address, a domain, or a pattern such as *@example.com") {
      AddressPattern($0.utf8, isForNames: isForNames)
    }
  }

  private mutating func count() throws(ScriptError) -> Int {
    try line.take("a whole number from 1 on", ScriptNumbers.count)
  }

  private mutating func range() throws(ScriptError) -> ClosedRange<Int> {
    try line.take("a number such as 3, or a range such as 3..5 or 3..", ScriptNumbers.range)
  }

  private mutating func share() throws(ScriptError) -> UInt32 {
    try line.take("a share such as 5% or 0.5%", ScriptNumbers.share)
  }
}
