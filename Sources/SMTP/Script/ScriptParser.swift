import Net
import Octets

/// Understands one line of a script: a setting, or a rule.
struct ScriptParser {
  private enum Setting: String, CaseIterable {
    case seed, without, require, size, recipients, port
  }

  private enum Withheld: String, CaseIterable {
    case pipelining = "PIPELINING"
    case size = "SIZE"
    case eightBitMIME = "8BITMIME"
    case smtpUTF8 = "SMTPUTF8"
    case enhancedStatusCodes = "ENHANCEDSTATUSCODES"
    case chunking = "CHUNKING"
    case startTLS = "STARTTLS"
    case authentication = "AUTH"
  }

  private enum Requirement: String, CaseIterable { case tls, auth }

  var line: ScriptLine

  init(_ line: ScriptLine) { self.line = line }

  mutating func parse(into script: inout SandboxScript) throws(ScriptError) {
    if line.isEmpty { return }
    guard let word = line.word else {
      throw line.unexpected("a step such as “rcpt” or a setting such as “seed”")
    }
    if let setting = Setting(rawValue: word) {
      line.skip()
      try take(setting, into: &script)
      guard line.current == .end else {
        throw line.fault(
          "Nothing more is expected here.", "Begin a new line, or a comment with “#”.")
      }
    } else if let step = ScriptStep(rawValue: word) {
      line.skip()
      script.rules.append(try rule(at: step))
    } else {
      let known = ScriptStep.allCases.map(\.rawValue) + Setting.allCases.map(\.rawValue)
      throw line.unknown(word, "a step or a setting", known)
    }
  }

  private mutating func take(
    _ setting: Setting, into script: inout SandboxScript
  ) throws(ScriptError) {
    switch setting {
    case .seed:
      script.seed = UInt64(try line.take("a number such as 7", ScriptNumbers.count))
    case .without:
      repeat {
        switch try line.takeChoice("an extension", of: Withheld.self) {
        case .pipelining: script.withheld.insert(.pipelining)
        case .size: script.withheld.insert(.size)
        case .eightBitMIME: script.withheld.insert(.eightBitMIME)
        case .smtpUTF8: script.withheld.insert(.smtpUTF8)
        case .enhancedStatusCodes: script.withheld.insert(.enhancedStatusCodes)
        case .chunking: script.withheld.insert(.chunking)
        case .startTLS: script.withholdsStartTLS = true
        case .authentication: script.withholdsAuthentication = true
        }
        _ = line.take(.comma)
      } while line.current != .end
    case .require:
      switch try line.takeChoice("something to require", of: Requirement.self) {
      case .tls: script.requiresTLS = true
      case .auth: script.requiresAuthentication = true
      }
    case .size:
      script.longestMessage = try line.take("a size such as 64KB", ScriptNumbers.size)
    case .recipients:
      script.mostRecipients = try line.take("a number such as 50", ScriptNumbers.count)
    case .port: script.outage = try outage()
    }
  }

  /// What stands behind `port`.
  mutating func outage() throws(ScriptError) -> PortOutage {
    let kind = try line.takeChoice("what a port can be", of: PortOutage.Kind.self)
    guard line.word != nil else { return PortOutage(kind) }
    return PortOutage(kind, for: try line.take("a time such as 30s", ScriptNumbers.span))
  }

  private mutating func rule(at step: ScriptStep) throws(ScriptError) -> ScriptRule {
    var reader = ScriptConditionReader(line, step: step)
    let conditions = try reader.read()
    line = reader.line
    guard line.take(.colon) else {
      throw line.fault(
        "A colon is missing.",
        "Between the conditions and what the server does stands “:”, as in “rcpt: reply 450”.")
    }
    return try acts(at: step, under: conditions, octets: reader.octets)
  }
}
