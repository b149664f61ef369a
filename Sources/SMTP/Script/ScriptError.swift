/// Why a script cannot be played, and where.
package struct ScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1 on.
  package let line: Int
  /// The character at which it shows, from 1 on.
  package let column: Int
  /// A sentence.
  package let problem: String
  /// What to do about it, in a sentence; `nil` where nothing can be guessed.
  package let hint: String?

  /// As in `line 3, column 1: “rctp” is not a step or a setting. Did you mean “rcpt”?`, all of it.
  package var description: String {
    "line \(line), column \(column): \(problem)" + (hint.map { " \($0)" } ?? "")
  }
}
