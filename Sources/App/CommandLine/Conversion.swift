/// Reads a value of one type out of an argument.
public struct Conversion<Value>: Sendable {
  /// Completes "takes …", as in "a whole number from 1 to 64".
  public let expected: String
  /// Answers `nil` to what it cannot read.
  public let convert: @Sendable (String) -> Value?
  /// Whether what was written may hold a password, and must not be repeated in an error.
  public let isSecret: Bool

  public init(
    _ expected: String, isSecret: Bool = false, _ convert: @escaping @Sendable (String) -> Value?
  ) {
    self.expected = expected
    self.isSecret = isSecret
    self.convert = convert
  }
}

extension Conversion where Value == Int {
  public static func integer(_ range: ClosedRange<Int>) -> Self {
    Self("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension Conversion where Value == Duration {
  /// As in `60`, `60s`, `500ms`, `5m`, `2h`; seconds where no unit is named.
  public static var duration: Self {
    Self("a time such as 60s, 500ms, 5m or 2h") { text in
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      guard digits.count <= 9, let number = Int(digits) else { return nil }
      switch text.dropFirst(digits.count) {
      case "", "s": return .seconds(number)
      case "ms": return .milliseconds(number)
      case "m": return .seconds(number * 60)
      case "h": return .seconds(number * 3_600)
      default: return nil
      }
    }
  }
}

extension Conversion where Value == Double {
  /// Messages a second, as in `50`, `50/s`, `300/m` or `1000/h`.
  public static var rate: Self {
    Self("a rate such as 50/s, 300/m or 1000/h") { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count <= 2, let first = parts.first, let number = Double(first),
        number >= 0.000_1, number < 1e9
      else { return nil }
      switch parts.dropFirst().first {
      case nil, "s": return number
      case "m": return number / 60
      case "h": return number / 3_600
      default: return nil
      }
    }
  }
}

extension Conversion where Value == HostAndPort {
  public static var hostAndPort: Self {
    Self("a host and a port such as 127.0.0.1:8080") { HostAndPort($0) }
  }
}

extension Conversion
where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One of an enumeration's words.
  public static var choice: Self {
    let words = Value.allCases.map { "'\($0.rawValue)'" }
    let expected =
      words.count < 2
      ? words.joined() : "\(words.dropLast().joined(separator: ", ")) or \(words[words.count - 1])"
    return Self(expected) { Value(rawValue: $0) }
  }
}
