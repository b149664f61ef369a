/// Something the program can be told to do: its name, what it takes, and what it does.
public struct Command: Sendable {
  /// One word, or two as in `address check`.
  public let name: String
  /// One line for the list of commands: small first letter, no full stop.
  public let summary: String
  /// What the help says below the summary; empty lines part paragraphs.
  public let details: String
  public let options: [Option]
  public let operands: [Operand]
  public let examples: [Example]
  public let run: @Sendable (Arguments, Console) async throws -> ExitCode

  public init(
    _ name: String, _ summary: String, details: String = "", options: [Option] = [],
    operands: [Operand] = [], examples: [Example] = [],
    run: @escaping @Sendable (Arguments, Console) async throws -> ExitCode
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.options = options
    self.operands = operands
    self.examples = examples
    self.run = run
  }

  /// A command line to copy, and what it does.
  public struct Example: Sendable {
    public let line: String
    public let meaning: String

    public init(_ line: String, _ meaning: String) {
      self.line = line
      self.meaning = meaning
    }
  }

  /// The name's words.
  var words: [String] { name.split(separator: " ").map(String.init) }
}

/// An option of a command: a flag, or one with a value.
public struct Option: Sendable {
  /// Without the hyphens.
  public let name: String
  public let short: Character?
  /// What the value is called in the help, as in `FILE`; `nil` for a flag.
  public let value: String?
  public let summary: String
  public let isRequired: Bool
  public let isRepeated: Bool

  /// An option with a value.
  public init(
    _ name: String, short: Character? = nil, _ value: String, _ summary: String,
    isRequired: Bool = false, isRepeated: Bool = false
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.summary = summary
    self.isRequired = isRequired
    self.isRepeated = isRepeated
  }

  private init(flag name: String, short: Character?, _ summary: String) {
    self.name = name
    self.short = short
    self.value = nil
    self.summary = summary
    self.isRequired = false
    self.isRepeated = false
  }

  public static func flag(_ name: String, short: Character? = nil, _ summary: String) -> Option {
    Option(flag: name, short: short, summary)
  }
}

/// An argument without hyphens, told by its place.
public struct Operand: Sendable {
  public enum Arity: Sendable {
    case one, optional, oneOrMore, any
  }

  /// In capitals, as in `FILE`.
  public let name: String
  public let summary: String
  public let arity: Arity

  public init(_ name: String, _ summary: String, _ arity: Arity = .one) {
    self.name = name
    self.summary = summary
    self.arity = arity
  }

  var isNeeded: Bool { arity == .one || arity == .oneOrMore }
  var isMany: Bool { arity == .oneOrMore || arity == .any }
}
