/// A piece of SQL whose interpolated values become bound parameters, never text.
///
///     let query: SQL = "SELECT id FROM contacts WHERE email = \(email)"
///
/// Parameters are written `$1`, `$2` …, which SQLite and PostgreSQL both understand.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
  /// A value as the database stores it.
  public enum Value: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    /// UTF-8 text.
    case text([UInt8])
    case blob([UInt8])
  }

  private(set) var text: String
  private(set) var values: [Value]

  public init(stringLiteral text: String) {
    self.text = text
    values = []
  }

  public init(stringInterpolation parts: Interpolation) {
    text = parts.text
    values = parts.values
  }

  public static func + (left: SQL, right: SQL) -> SQL {
    var sum = Interpolation(literalCapacity: 0, interpolationCount: 0)
    sum.appendInterpolation(left)
    sum.appendInterpolation(right)
    return SQL(stringInterpolation: sum)
  }

  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var values: [Value] = []

    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 4 * interpolationCount)
      values.reserveCapacity(interpolationCount)
    }

    public mutating func appendLiteral(_ literal: String) { text += literal }

    public mutating func appendInterpolation(_ value: Value) {
      values.append(value)
      text += "$\(values.count)"
    }
    public mutating func appendInterpolation(_ value: String) {
      appendInterpolation(.text([UInt8](value.utf8)))
    }
    public mutating func appendInterpolation(_ value: String?) {
      appendInterpolation(value.map { .text([UInt8]($0.utf8)) } ?? .null)
    }
    public mutating func appendInterpolation(_ value: some FixedWidthInteger) {
      appendInterpolation(.integer(Int64(clamping: value)))
    }
    public mutating func appendInterpolation<Number: FixedWidthInteger>(_ value: Number?) {
      appendInterpolation(value.map { .integer(Int64(clamping: $0)) } ?? .null)
    }
    public mutating func appendInterpolation(_ value: Double) { appendInterpolation(.real(value)) }
    public mutating func appendInterpolation(_ value: Double?) {
      appendInterpolation(value.map(Value.real) ?? .null)
    }
    public mutating func appendInterpolation(_ value: Bool) {
      appendInterpolation(.integer(value ? 1 : 0))
    }
    public mutating func appendInterpolation(text value: [UInt8]) {
      appendInterpolation(.text(value))
    }
    public mutating func appendInterpolation(text value: [UInt8]?) {
      appendInterpolation(value.map(Value.text) ?? .null)
    }
    public mutating func appendInterpolation(blob value: [UInt8]) {
      appendInterpolation(.blob(value))
    }
    public mutating func appendInterpolation(blob value: [UInt8]?) {
      appendInterpolation(value.map(Value.blob) ?? .null)
    }

    /// Splices another piece in, its parameters renumbered behind those that are here.
    public mutating func appendInterpolation(_ other: SQL) {
      let shift = values.count
      guard shift > 0, !other.values.isEmpty else {
        text += other.text
        values += other.values
        return
      }
      var rest = Substring(other.text)
      var isQuoted = false
      while let mark = rest.firstIndex(where: { $0 == "$" || $0 == "'" }) {
        text += rest[..<mark]
        // A dollar inside quotation marks is text.
        if isQuoted || rest[mark] == "'" {
          if rest[mark] == "'" { isQuoted.toggle() }
          text.append(rest[mark])
          rest = rest[rest.index(after: mark)...]
          continue
        }
        let dollar = mark
        rest = rest[rest.index(after: dollar)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        if let number = Int(digits) { text += "$\(number + shift)" } else { text += "$" }
        rest = rest[digits.endIndex...]
      }
      text += rest
      values += other.values
    }
  }
}
