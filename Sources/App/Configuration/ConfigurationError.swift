/// Why the program will not start with the settings it was given.
public enum ConfigurationError: Error, Equatable, Sendable {
  /// A line of `.env` that cannot be read.
  case badLine(Int, reason: String)
  case unreadableDotEnv(reason: String)
  /// A name that begins like ours but is not.
  case unknown(name: String, source: Configuration.Source, suggestion: String?)
  /// A value that means nothing; the value itself is not shown.
  case invalid(Setting, source: Configuration.Source, reason: String)
  /// Both `NAME` and `NAME_FILE`, in the same place.
  case both(Setting, source: Configuration.Source)
  case unreadable(variable: String, path: String, reason: String)
  /// A secret that everybody knows.
  case placeholder(source: Configuration.Source)
  case missing(Setting, reason: String)
}

extension ConfigurationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badLine(let line, let reason): "Line \(line) of .env: \(reason)"
    case .unreadableDotEnv(let reason): ".env is there but cannot be read: \(reason)"
    case .unknown(let name, let source, let suggestion):
      "There is no setting \(name) (\(source))."
        + (suggestion.map { " Did you mean \($0)?" } ?? " Remove it.")
    case .invalid(let setting, let source, let reason): "\(setting.name) (\(source)) \(reason)"
    case .both(let setting, let source):
      "\(setting.name) and \(setting.name)_FILE are both given (\(source)). Give one of them."
    case .unreadable(let variable, let path, let reason):
      "\(variable) names '\(path)', which cannot be read: \(reason)"
    case .placeholder(let source):
      "SECRET_KEY (\(source)) is a placeholder that anybody can guess. "
        + "Use the output of: openssl rand -hex 32"
    case .missing(let setting, let reason): "\(setting.name) is missing: \(reason)"
    }
  }
}
