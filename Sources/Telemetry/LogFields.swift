/// One fact of a log line.
public enum LogValue: Sendable, Equatable {
  case text(String)
  case number(Int)
  case decimal(Double)
  case flag(Bool)

  /// A length of time, in seconds.
  public static func seconds(_ duration: Duration) -> LogValue { .decimal(duration / .seconds(1)) }
}

extension LogValue: ExpressibleByStringInterpolation {
  public init(stringLiteral text: String) { self = .text(text) }
}

extension LogValue: ExpressibleByIntegerLiteral {
  public init(integerLiteral number: Int) { self = .number(number) }
}

extension LogValue: ExpressibleByBooleanLiteral {
  public init(booleanLiteral flag: Bool) { self = .flag(flag) }
}

/// The facts of a log line, in the order in which they are written.
public struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
  private(set) var list: [(name: StaticString, value: LogValue)]

  public init(dictionaryLiteral elements: (StaticString, LogValue)...) {
    list = elements.map { (name: $0.0, value: $0.1) }
  }

  public static func + (left: LogFields, right: LogFields) -> LogFields {
    var both = left
    both.list += right.list
    return both
  }
}
