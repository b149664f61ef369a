import Octets

/// How a log line looks.
public enum LogFormat: Sendable {
  /// One JSON object, for machines.
  case json
  /// `time LEVEL message name=value`, for people.
  case plain

  /// Longer texts are cut: one hostile value must not fill a disk.
  static let longestText = 2_048

  func line(
    _ time: Timestamp, _ level: LogLevel, _ message: StaticString, _ fields: LogFields
  ) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    switch self {
    case .json:
      line.append("{\"time\":\"")
      Self.append(time, to: &line)
      line.append("\",\"level\":\"")
      line.append(level.name)
      line.append("\",\"message\":")
      Self.append(quoted: message.description, to: &line)
      for field in fields.list {
        line.append(",")
        Self.append(quoted: field.name.description, to: &line)
        line.append(":")
        Self.append(field.value, quotingAll: true, to: &line)
      }
      line.append("}\n")
    case .plain:
      Self.append(time, to: &line)
      line.append(ASCII.space)
      line.append(contentsOf: level.name.description.uppercased().utf8)
      line.append(ASCII.space)
      // Without its quotes a constant message reads better, and control characters stay escaped.
      var quoted: [UInt8] = []
      Self.append(quoted: message.description, to: &quoted)
      line.append(contentsOf: quoted.dropFirst().dropLast())
      for field in fields.list {
        line.append(ASCII.space)
        line.append(field.name)
        line.append(ASCII.equals)
        Self.append(field.value, quotingAll: false, to: &line)
      }
      line.append(ASCII.lineFeed)
    }
    return line
  }

  /// RFC 3339 in UTC with milliseconds.
  private static func append(_ time: Timestamp, to line: inout [UInt8]) {
    line.append(contentsOf: time.rfc3339.utf8.dropLast())
    let fraction = time.microseconds % 1_000_000
    line.append(ASCII.dot)
    line.append(
      decimal: Int(fraction < 0 ? fraction + 1_000_000 : fraction) / 1_000, width: 3)
    line.append("Z")
  }

  private static func append(_ value: LogValue, quotingAll: Bool, to line: inout [UInt8]) {
    switch value {
    case .text(let text):
      if quotingAll || !isPlain(text) {
        append(quoted: text, to: &line)
      } else {
        line.append(contentsOf: text.utf8)
      }
    case .number(let number): line.append(decimal: number)
    case .decimal(let number):
      // JSON has no word for infinity.
      line.append(contentsOf: number.isFinite ? "\(number)".utf8 : "null".utf8)
    case .flag(let flag): line.append(flag ? "true" : "false")
    }
  }

  /// Whether the text can stand behind `name=` as it is.
  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != ASCII.quote && $0 != ASCII.equals && $0 != ASCII.backslash
      }
  }

  /// A JSON string that no terminal and no log reader takes for anything but text.
  private static func append(quoted text: String, to line: inout [UInt8]) {
    line.append(ASCII.quote)
    var count = 0
    for scalar in text.unicodeScalars {
      count += UTF8.width(scalar)
      if count > longestText {
        line.append("…")
        break
      }
      switch scalar.value {
      case 0x22: line.append("\\\"")
      case 0x5C: line.append("\\\\")
      case 0x0A: line.append("\\n")
      case 0x0D: line.append("\\r")
      case 0x09: line.append("\\t")
      case let value where isUnsafe(value):
        line.append("\\u")
        for shift in [12, 8, 4, 0] {
          let digit = UInt8(truncatingIfNeeded: value >> UInt32(shift)) & 0x0F
          line.append(digit < 10 ? ASCII.zero + digit : 0x57 + digit)
        }
      default: line.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      }
    }
    line.append(ASCII.quote)
  }

  /// Control characters, line separators, and those that turn the direction of writing.
  private static func isUnsafe(_ value: UInt32) -> Bool {
    value < 0x20 || 0x7F...0x9F ~= value || 0x2028...0x202E ~= value || 0x2066...0x2069 ~= value
  }
}
