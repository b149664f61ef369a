/// Why a script cannot be played, and where.
public struct ScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1 on.
  public let line: Int
  /// The character at which it shows, from 1 on.
  public let column: Int
  /// A sentence.
  public let problem: String
  /// What to do about it, in a sentence; `nil` where nothing can be guessed.
  public let hint: String?

  /// As in `line 3, column 1: “rctp” is not a step or a setting. Did you mean “rcpt”?`, all of it.
  public var description: String {
    "line \(line), column \(column): \(problem)" + (hint.map { " \($0)" } ?? "")
  }
}
