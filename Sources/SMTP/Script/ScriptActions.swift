import Octets

/// What a rule does: the part behind its colon.
extension ScriptParser {
  enum ActName: String, CaseIterable {
    case wait, reply, say, fill, garbage, accept, take, silence, close, cut, reset, discard, read
    case write, port
  }

  /// The most that one act may write.
  private static let mostOctets = 1 << 20
  private static let mostActs = 100
  /// A client waits no longer.
  private static let longestWait = Duration.seconds(86_400)

  /// What a rule may do and still leave the answer to the rules below.
  private static let leavesTheAnswer: Set<ActName> = [.wait, .read, .write, .port, .discard]

  mutating func acts(
    at step: ScriptStep, under conditions: ScriptConditions, octets: Int
  ) throws(ScriptError) -> ScriptRule {
    var acts: [ScriptAct] = step == .body ? [.act(.awaitText(octets: octets))] : []
    var isAnswer = false
    var takes: Bool?
    var hasEnd = false
    var isTaken = false
    repeat {
      guard !hasEnd else {
        throw line.fault(
          "The connection has ended: nothing can follow.",
          "Make “close”, “cut” or “reset” the last.")
      }
      guard acts.count < Self.mostActs else {
        throw line.fault("This is one act too many.", "A rule has at most \(Self.mostActs).")
      }
      let name = try line.choice("something a server can do", of: ActName.self)
      try check(name, at: step)
      line.skip()
      isAnswer = isAnswer || !Self.leavesTheAnswer.contains(name)
      if name == .take { isTaken = true }
      if name == .accept { takes = takes ?? true }
      guard name != .take, name != .silence else { continue }
      let act = try take(name)
      hasEnd = name == .close || name == .cut || name == .reset
      switch act {
      case .act(.reply(let reply)): takes = takes ?? reply.isPositive
      case .act(.octets(let octets)):
        takes = takes ?? (octets.first == UInt8(ascii: "2") || octets.first == UInt8(ascii: "3"))
      default: break
      }
      acts.append(act)
    } while line.take(.comma)
    guard line.current == .end else {
      throw line.fault(
        "Something else is expected here.", "Between two acts stands a comma.")
    }
    return ScriptRule(
      line: line.number, step: step, conditions: conditions, acts: acts, isAnswer: isAnswer,
      takes: isTaken || (takes ?? !isAnswer))
  }

  private func check(_ name: ActName, at step: ScriptStep) throws(ScriptError) {
    let why: String? =
      switch (step, name) {
      case (.connect, .reply), (.connect, .accept), (.connect, .take):
        "No reply is due yet; the greeting is the reply of “banner”."
      case (.body, .accept), (.body, .take), (.body, .silence):
        "No reply is due within the text; the reply to the message is that of “dot”."
      case (.connect, .discard), (.banner, .discard): "The client has not sent anything yet."
      default: nil
      }
    if let why {
      throw line.fault("“\(name.rawValue)” has no meaning at \(step.rawValue).", why)
    }
  }

  private mutating func take(_ name: ActName) throws(ScriptError) -> ScriptAct {
    switch name {
    case .wait:
      let column = line.column
      let wait = try line.take("a time such as 500ms, 2s or 0ms..40ms", ScriptNumbers.wait)
      guard wait.upperBound <= Self.longestWait else {
        throw line.fault("This wait is too long.", at: column, "A client waits at most 24h.")
      }
      return .wait(wait)
    case .reply: return .act(.reply(try reply()))
    case .say: return .act(.octets(try said()))
    case .fill: return .act(.octets([UInt8](repeating: UInt8(ascii: "x"), count: try volume())))
    case .garbage: return .garbage(try volume())
    case .accept, .take, .silence: return .act(.usual)
    case .close: return .act(.end(.farewell))
    case .cut: return .act(.end(.cut))
    case .reset: return .act(.end(.reset))
    case .discard: return .act(.discardInput)
    case .read: return .act(.reading(perSecond: try rate()))
    case .write: return .act(.writing(perSecond: try rate()))
    case .port:
      guard line.word != nil else { throw line.unexpected("“closed” or “silent”") }
      return .act(.outage(try outage()))
    }
  }

  private mutating func rate() throws(ScriptError) -> Int {
    try line.take("octets a second, such as 10/s or 4KB/s", ScriptNumbers.rate)
  }

  private mutating func volume() throws(ScriptError) -> Int {
    try line.take("a size from 1 to 1MB, such as 64KB") { word in
      ScriptNumbers.size(word).flatMap { $0 <= Self.mostOctets ? $0 : nil }
    }
  }

  /// `"TEXT"`, or `"TEXT" times N`.
  private mutating func said() throws(ScriptError) -> [UInt8] {
    let column = line.column
    guard let text = line.takeQuoted() else {
      throw line.unexpected("a text in quotation marks, such as \"250 ok\\n\"")
    }
    guard line.take(.word("times")) else { return text }
    let times = try line.take("a whole number from 1 on", ScriptNumbers.count)
    guard text.count <= Self.mostOctets / times else {
      throw line.fault("This is too much to say.", at: column, "One act may write 1 MB.")
    }
    return [UInt8]([[UInt8]](repeating: text, count: times).joined())
  }

  /// `CODE`, then an enhanced code and a text if need be.
  private mutating func reply() throws(ScriptError) -> ServerReply {
    let code = try line.take("a reply code from 200 to 599, such as 450") { word in
      word.utf8.count == 3 ? ScriptNumbers.count(word).flatMap { 200...599 ~= $0 ? $0 : nil } : nil
    }
    var enhanced: String?
    if line.word != nil {
      enhanced = try line.take("an enhanced code such as 4.7.1, nor a text in quotation marks") {
        Self.isEnhancedCode($0) ? $0 : nil
      }
    }
    let usual =
      switch code / 100 {
      case 2: "OK"
      case 3: "Go on"
      case 4: "Try again later"
      default: "Refused by the script"
      }
    let text = line.takeQuoted().map { String(decoding: $0, as: UTF8.self) }
    return ServerReply(code, enhanced, text ?? usual)
  }

  /// Three numbers of at most three digits.
  private static func isEnhancedCode(_ word: String) -> Bool {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3
      && parts.allSatisfy { 1...3 ~= $0.utf8.count && $0.utf8.allSatisfy(\.isASCIIDigit) }
  }
}
