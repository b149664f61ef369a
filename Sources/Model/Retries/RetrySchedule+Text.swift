/// Why a text is no schedule of retries, in a sentence that says what to write.
public struct RetryScheduleError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

extension RetrySchedule: CustomStringConvertible {
  private static let shortestWait = Duration.seconds(10)
  private static let longestLife = Duration.seconds(14 * 86_400)
  private static let mostSteps = 30
  /// The most tries that a schedule may come to.
  public static let mostTries = 100

  /// Reads `5m 15m 30m 1h 2h 4h, then every 4h, for 72h`; `never` is none at all.
  ///
  /// Commas and “then” may be left out; so may “for” where nothing is repeated.
  ///
  /// - Throws: ``RetryScheduleError``, with what is wrong.
  public init(parsing text: String) throws(RetryScheduleError) {
    let words = text.lowercased().split { $0 == " " || $0 == "," || $0 == "\t" || $0 == "\u{A0}" }
    if words == ["never"] {
      self = .never
      return
    }
    var rest = words[...]
    var steps: [Duration] = []
    while let word = rest.first, !["then", "every", "for"].contains(word) {
      steps.append(try Self.time(word))
      rest.removeFirst()
    }
    if rest.first == "then" {
      rest.removeFirst()
      guard rest.first == "every" else {
        throw RetryScheduleError("After “then” comes “every” and a time, as in “then every 4h”.")
      }
    }
    let every = try Self.clause("every", in: &rest)
    let lifetime = try Self.clause("for", in: &rest)
    if let word = rest.first {
      throw RetryScheduleError("“\(Self.shown(word))” is not understood. \(Self.example)")
    }
    guard !steps.isEmpty || every != nil else {
      throw RetryScheduleError("There is no time in it. \(Self.example)")
    }
    guard every == nil || lifetime != nil else {
      throw RetryScheduleError("Say when to give up, as in “for 72h”.")
    }
    self.init(
      steps: steps, every: every, lifetime: lifetime ?? steps.reduce(.zero, +))
    try check()
  }

  private static let example = "Write it as in “5m 15m 1h, then every 4h, for 72h”."

  private static func clause(
    _ name: String, in rest: inout ArraySlice<Substring>
  ) throws(RetryScheduleError) -> Duration? {
    guard let word = rest.first, word == name else { return nil }
    rest.removeFirst()
    guard let time = rest.popFirst() else {
      throw RetryScheduleError("After “\(name)” comes a time, as in “\(name) 4h”.")
    }
    return try Self.time(time)
  }

  private static func time(_ word: Substring) throws(RetryScheduleError) -> Duration {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    let seconds: Int? =
      switch word.dropFirst(digits.count) {
      case "s": 1
      case "m", "min": 60
      case "h": 3_600
      case "d": 86_400
      default: nil
      }
    guard digits.count <= 7, let number = Int(digits), let seconds else {
      throw RetryScheduleError(
        "“\(shown(word))” is no time. Write seconds, minutes, hours or days as in 30s, 5m, 2h, 1d.")
    }
    return .seconds(number * seconds)
  }

  private static func shown(_ word: Substring) -> String {
    word.count <= 40 ? String(word) : "\(word.prefix(40))…"
  }

  private func check() throws(RetryScheduleError) {
    guard steps.count <= Self.mostSteps else {
      throw RetryScheduleError("At most \(Self.mostSteps) times can be listed one by one.")
    }
    guard (steps + [every ?? .seconds(60)]).allSatisfy({ $0 >= Self.shortestWait }) else {
      throw RetryScheduleError(
        "A server that asks for patience needs some: wait at least \(Self.text(Self.shortestWait))."
      )
    }
    guard lifetime >= Self.shortestWait, lifetime <= Self.longestLife else {
      throw RetryScheduleError(
        "Give up at the latest after \(Self.text(Self.longestLife)), and not at once.")
    }
    let most = mostAttempts
    guard most <= Self.mostTries else {
      throw RetryScheduleError(
        """
        That would be \(most >= Self.mostAttemptsEver ? "more than \(most)" : "\(most)") tries for \
        one message; the most is \(Self.mostTries). Wait longer between them.
        """)
    }
  }

  /// As ``init(parsing:)`` reads it.
  public var description: String {
    if self == .never { return "never" }
    var text = steps.map(Self.text).joined(separator: " ")
    if let every { text += (text.isEmpty ? "" : ", then ") + "every \(Self.text(every))" }
    return "\(text), for \(Self.text(lifetime))"
  }

  private static func text(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    if seconds > 96 * 3_600, seconds % 86_400 == 0 { return "\(seconds / 86_400)d" }
    if seconds >= 3_600, seconds % 3_600 == 0 { return "\(seconds / 3_600)h" }
    if seconds >= 60, seconds % 60 == 0 { return "\(seconds / 60)m" }
    return "\(seconds)s"
  }
}
