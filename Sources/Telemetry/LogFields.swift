/// One fact of a log line.
package enum LogValue: Sendable, Equatable {
  case text(String)
  case number(Int)
  case decimal(Double)
  case flag(Bool)

  /// A length of time, in seconds.
  package static func seconds(_ duration: Duration) -> LogValue { .decimal(duration / .seconds(1)) }
}

extension LogValue: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) { self = .text(text) }
}

extension LogValue: ExpressibleByIntegerLiteral {
  package init(integerLiteral number: Int) { self = .number(number) }
}

extension LogValue: ExpressibleByBooleanLiteral {
  package init(booleanLiteral flag: Bool) { self = .flag(flag) }
}

/// The facts of a log line, in the order in which they are written.
package struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
  private(set) var list: [(name: StaticString, value: LogValue)]

  package init(dictionaryLiteral elements: (StaticString, LogValue)...) {
    list = elements.map { (name: $0.0, value: $0.1) }
  }

  package static func + (left: LogFields, right: LogFields) -> LogFields {
    var both = left
    both.list += right.list
    return both
  }
}
