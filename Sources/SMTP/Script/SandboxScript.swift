import Net
import Octets

/// How a sandbox server is to behave, read from a text of one rule a line.
///
/// The language is described in docs/sandbox-scripts.md.
public struct SandboxScript: Sendable, Equatable {
  static let longest = 262_144
  static let mostRules = 1_000

  /// What dice and shares of addresses depend on.
  var seed: UInt64 = 1
  var withheld: ServerConfiguration.Extensions = []
  var withholdsStartTLS = false
  var withholdsAuthentication = false
  var requiresTLS = false
  var requiresAuthentication = false
  var longestMessage: Int?
  var mostRecipients: Int?
  var outage: PortOutage?
  var rules: [ScriptRule] = []

  /// How many rules it has.
  public var count: Int { rules.count }

  /// - Throws: ``ScriptError`` for the first line that cannot be understood.
  public init(parsing octets: [UInt8]) throws(ScriptError) {
    guard octets.count <= Self.longest else {
      throw ScriptError(
        line: 1, column: 1, problem: "This script is too long.",
        hint: "A script has at most \(Self.longest) octets.")
    }
    let text = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets[3...] : octets[...]
    let lines = text.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let octets = line.last == ASCII.carriageReturn ? line.dropLast() : line
      guard String(validating: octets, as: UTF8.self) != nil else {
        throw ScriptError(
          line: index + 1, column: 1, problem: "This line is not UTF-8 text.",
          hint: "Save the file as UTF-8, or write odd octets as \\xE9 in a quoted text.")
      }
      var parser = ScriptParser(try ScriptLine(octets, number: index + 1))
      try parser.parse(into: &self)
      guard rules.count <= Self.mostRules else {
        throw ScriptError(
          line: index + 1, column: 1, problem: "This is one rule too many.",
          hint: "A script has at most \(Self.mostRules).")
      }
    }
    // Where DATA or its text matters, no client may go round it.
    if rules.contains(where: { $0.step == .data || $0.step == .body }) {
      withheld.insert(.chunking)
    }
  }

  public init(parsing text: String) throws(ScriptError) {
    try self.init(parsing: Array(text.utf8))
  }
}

extension ServerConfiguration {
  /// Behaves as the script says; `clock` tells the time since the server's start.
  public mutating func play(
    _ script: SandboxScript, clock: @escaping @Sendable () -> Duration = sinceNow()
  ) {
    extensions.subtract(script.withheld)
    withholdsStartTLS = withholdsStartTLS || script.withholdsStartTLS
    if script.withholdsAuthentication { authenticator = nil }
    requiresTLS = requiresTLS || script.requiresTLS
    requiresAuthentication = requiresAuthentication || script.requiresAuthentication
    longestMessage = script.longestMessage ?? longestMessage
    mostRecipients = script.mostRecipients ?? mostRecipients
    outage = script.outage ?? outage
    let play = ScriptPlay(script, clock: clock)
    policy = ServerPolicy(knowing: { play.decide($0, $1) })
  }

  /// A clock that begins now.
  public static func sinceNow() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { start.duration(to: .now) }
  }
}
