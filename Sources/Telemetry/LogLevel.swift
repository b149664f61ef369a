/// How much a log line matters to whoever runs the program.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  /// For finding a fault; the only level that may name a recipient.
  case debug
  /// Something worth counting.
  case info
  /// Something to look at in working hours.
  case warning
  /// Something worth waking for.
  case error

  /// The level that a configuration file calls `name`; `nil` when there is none.
  public init?(name: some StringProtocol) {
    switch name.lowercased() {
    case "debug": self = .debug
    case "info": self = .info
    case "warning", "warn": self = .warning
    case "error": self = .error
    default: return nil
    }
  }

  var name: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
