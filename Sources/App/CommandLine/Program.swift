/// The program as its users see it: a name, a version and commands.
public struct Program: Sendable {
  public let name: String
  public let version: String
  public let summary: String
  /// In the order of the help.
  public let commands: [Command]
  /// Options that every command takes, before its name or behind.
  public let options: [Option]

  public init(
    name: String, version: String, summary: String, options: [Option] = [], commands: [Command]
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.options = options
    self.commands = commands
  }

  /// What a command line asks for.
  public enum Request: Sendable {
    case run(Command, Arguments)
    /// The help of a command or of a group such as `address`, of the program for the empty name.
    case help(String)
    case version
    /// Nothing: the help is shown, as an error.
    case nothing
  }

  /// Does what the arguments say, the program's own name not among them.
  ///
  /// Results go to standard output, messages to standard error. A command's `UsageError` ends in
  /// 64, its other errors in 1, each with its own sentence.
  public func run(_ arguments: [String], on console: Console) async -> ExitCode {
    do {
      switch try parse(arguments) {
      case .run(let command, let arguments): return try await command.run(arguments, console)
      case .help(let topic): console.write(help(topic, style: console.outputStyle))
      case .version: console.write("\(name) \(version)\n")
      case .nothing:
        console.complain(help("", style: console.messageStyle), terminator: "")
        return .usage
      }
      return .ok
    } catch let error as UsageError {
      let topic = error.command.map { " \($0)" } ?? ""
      report(error.message, on: console)
      console.complain("See '\(name)\(topic) --help'.")
      return .usage
    } catch is CancellationError {
      return .interrupted
    } catch {
      report("\(error)", on: console)
      return .failure
    }
  }

  private func report(_ message: String, on console: Console) {
    console.complain("\(console.messageStyle.red("\(name):")) \(message)")
  }

  /// Reads a command line without doing anything.
  public func parse(_ arguments: [String]) throws(UsageError) -> Request {
    var early = ArgumentScanner(options: options, command: nil)
    var rest = arguments[...]
    while let first = rest.first, first.hasPrefix("-"), first != "-" {
      if first == "-h" || first == "--help" { return .help("") }
      if first == "--version" { return .version }
      if first == "--" { throw UsageError("Name a command before '--'.") }
      try early.takeOption(from: &rest)
    }
    guard let word = rest.first else { return .nothing }
    if word == "help" { return try topic(Array(rest.dropFirst())) }
    guard let command = command(rest) else { return try group(rest) }
    rest = rest.dropFirst(command.words.count)
    var scanner = ArgumentScanner(options: command.options + options, command: command.name)
    scanner.values = early.values
    while let first = rest.first {
      if first == "--" {
        scanner.operands += rest.dropFirst()
        break
      }
      if first == "-h" || first == "--help" { return .help(command.name) }
      if first.hasPrefix("-"), first != "-" {
        try scanner.takeOption(from: &rest)
      } else {
        scanner.operands.append(first)
        rest = rest.dropFirst()
      }
    }
    return .run(command, try scanner.finish(command.operands))
  }

  /// The command with the longest name at the beginning of the words.
  private func command(_ words: ArraySlice<String>) -> Command? {
    commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
  }

  /// `help` and the words behind it.
  private func topic(_ words: [String]) throws(UsageError) -> Request {
    let name = words.filter { !$0.hasPrefix("-") }.joined(separator: " ")
    guard name.isEmpty || commands.contains(where: { $0.name == name || $0.words[0] == name })
    else { throw unknown(name) }
    return .help(name)
  }

  /// The first word of two-word commands, without the second or with a wrong one.
  private func group(_ words: ArraySlice<String>) throws(UsageError) -> Request {
    guard let first = words.first else { return .nothing }
    guard commands.contains(where: { $0.words[0] == first }) else { throw unknown(first) }
    let second = words.dropFirst().first
    if second == "-h" || second == "--help" { return .help(first) }
    guard let second, !second.hasPrefix("-") else {
      let members = commands.filter { $0.words[0] == first }.map { "'\($0.name)'" }
      throw UsageError(
        "'\(first)' is not a whole command. There is \(members.joined(separator: ", ")).",
        command: first)
    }
    throw unknown("\(first) \(second)")
  }

  private func unknown(_ name: String) -> UsageError {
    let known = commands.flatMap { [$0.name, $0.words[0]] }
    return UsageError("There is no command '\(name)'.", nearest: name, in: known)
  }
}
