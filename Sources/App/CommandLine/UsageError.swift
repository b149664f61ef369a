import Octets

/// What is wrong with a command line, and which command's help explains it.
public struct UsageError: Error, Equatable, Sendable {
  /// A sentence or two.
  public let message: String
  /// The name of the command, `nil` when none was recognised.
  public var command: String?

  public init(_ message: String, command: String? = nil) {
    self.message = message
    self.command = command
  }

  /// Adds the known word that comes nearest to the one that was written, if any is near.
  init(_ message: String, command: String? = nil, nearest word: String, in known: [String]) {
    let hint = Suggestion.nearest(to: word, in: known).map { " Did you mean '\($0)'?" } ?? ""
    self.init(message + hint, command: command)
  }
}

extension UsageError: CustomStringConvertible {
  public var description: String { message }
}
