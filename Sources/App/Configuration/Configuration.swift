import Octets

/// Every setting with its value and where the value comes from: an option, else the environment,
/// else `.env`, else the default.
///
/// An empty variable counts as none, as Compose files pass on what they lack.
public struct Configuration: Sendable {
  /// Where a value comes from.
  public enum Source: Sendable, Equatable {
    case option
    /// Through a variable of the environment: the setting's own, or `NAME_FILE`.
    case environment(variable: String)
    case dotEnv(variable: String, line: Int)
    case standard
    case nowhere
  }

  /// Reads a file that `NAME_FILE` names; throws a reason that completes "cannot be read:".
  public typealias FileReader = (_ path: String) throws(FileFault) -> [UInt8]

  /// Why a file cannot be read, as a sentence.
  public struct FileFault: Error, Equatable {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
  }

  /// What is odd but harmless, a sentence each.
  public let warnings: [String]
  private let values: [Setting: (text: String, source: Source)]

  public init(
    options: [Setting: String] = [:], environment: [String: String], dotEnv: DotEnv? = nil,
    readingFile: FileReader
  ) throws(ConfigurationError) {
    var warnings: [String] = []
    var lower: [Setting: Found] = [:]
    for entry in dotEnv?.entries ?? [] {
      let source = Source.dotEnv(variable: entry.name, line: entry.line)
      guard let known = Setting.named(entry.name) else {
        try Self.check(entry.name, source: source)
        let hint = Suggestion.nearest(to: entry.name, in: Setting.names)
        warnings.append(
          "\(entry.name) (\(source)) is none of Martlet's settings."
            + (hint.map { " Did you mean \($0)?" } ?? ""))
        continue
      }
      if entry.value.isEmpty { continue }
      lower[known.setting, default: Found()].add(
        entry.value, source: source, isFile: known.isFile)
    }
    var upper: [Setting: Found] = [:]
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      let source = Source.environment(variable: name)
      guard let known = Setting.named(name) else {
        try Self.check(name, source: source)
        continue
      }
      if value.isEmpty { continue }
      upper[known.setting, default: Found()].add(value, source: source, isFile: known.isFile)
    }
    var values: [Setting: (text: String, source: Source)] = [:]
    for setting in Setting.allCases {
      if let text = options[setting] {
        values[setting] = (text, .option)
      } else if let found = upper[setting] ?? lower[setting] {
        values[setting] = try found.resolve(setting, readingFile: readingFile)
      } else if let standard = setting.standard {
        values[setting] = (standard, .standard)
      }
    }
    self.warnings = warnings
    self.values = values
    for setting in Setting.allCases { try check(setting) }
  }

  /// The value of a setting, `nil` when there is none and no default.
  public subscript(setting: Setting) -> String? { values[setting]?.text }

  public func source(of setting: Setting) -> Source { values[setting]?.source ?? .nowhere }

  /// Names that begin with ours must be ours: a slip would pass unseen otherwise.
  private static func check(_ name: String, source: Source) throws(ConfigurationError) {
    guard name.hasPrefix("MARTLET_") else { return }
    // Only secrets are read from files.
    let stem = name.hasSuffix("_FILE") ? Setting(rawValue: String(name.dropLast(5)))?.name : nil
    throw .unknown(
      name: name, source: source,
      suggestion: stem ?? Suggestion.nearest(to: name, in: Setting.names))
  }
}

extension Configuration {
  /// What one place says about a setting.
  private struct Found {
    private var direct: (text: String, source: Source)?
    private var file: (text: String, source: Source)?

    /// Of several lines in `.env` the last holds.
    mutating func add(_ text: String, source: Source, isFile: Bool) {
      if isFile { file = (text, source) } else { direct = (text, source) }
    }

    func resolve(
      _ setting: Setting, readingFile: FileReader
    ) throws(ConfigurationError) -> (text: String, source: Source)? {
      guard let file else { return direct }
      if let direct { throw .both(setting, source: direct.source) }
      let variable = setting.fileName ?? setting.name
      let bytes: [UInt8]
      do throws(FileFault) {
        bytes = try readingFile(file.text)
      } catch {
        throw .unreadable(variable: variable, path: file.text, reason: error.reason)
      }
      guard let text = String(validating: Self.withoutLineBreak(bytes), as: UTF8.self),
        !text.isEmpty, !text.utf8.contains(ASCII.nul)
      else {
        throw .unreadable(
          variable: variable, path: file.text, reason: "it is empty or not UTF-8 text.")
      }
      return (text, file.source)
    }

    /// Editors end a file in a line break that is no part of the secret.
    private static func withoutLineBreak(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
      var text = bytes[...]
      while let last = text.last, last == ASCII.lineFeed || last == ASCII.carriageReturn {
        text.removeLast()
      }
      return text
    }
  }
}

extension Configuration.Source: CustomStringConvertible {
  public var description: String {
    switch self {
    case .option: "command line"
    case .environment(let variable): "environment, \(variable)"
    case .dotEnv(let variable, let line): ".env line \(line), \(variable)"
    case .standard: "default"
    case .nowhere: "not set"
    }
  }
}
