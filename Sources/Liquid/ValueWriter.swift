import Octets

/// Appends what values print as, until an allowance of octets is used up.
struct ValueWriter {
  private(set) var output: [UInt8] = []
  private let allowance: Int
  /// Arrays deeper than this are data no template needs; following them could exhaust the stack.
  private static let deepest = 100

  init(allowance: Int) { self.allowance = allowance }

  /// - Returns: Whether all of it found room.
  mutating func append(_ value: Value, depth: Int = 0) -> Bool {
    switch value {
    case .null, .empty, .blank, .loop: break
    case .bool(let flag): output.append(flag ? "true" : "false")
    case .integer(let number): output.append(decimal: number)
    case .decimal(let number): output.append(shortest: number)
    case .string(let text), .markup(let text):
      guard output.count &+ text.count <= allowance else { return false }
      output.append(contentsOf: text)
    case .array(let items):
      guard depth < Self.deepest else { return false }
      for item in items where !append(item, depth: depth + 1) { return false }
    case .object(let object): return inspect(.object(object), depth: depth)
    case .range(let lower, let upper):
      output.append(decimal: lower)
      output.append("..")
      output.append(decimal: upper)
    }
    return output.count <= allowance
  }

  /// Objects print as Ruby shows them, `{"a"=>1}`; templates in the wild do not rely on more.
  private mutating func inspect(_ value: Value, depth: Int) -> Bool {
    guard depth < Self.deepest else { return false }
    switch value {
    case .null: output.append("nil")
    case .string(let text), .markup(let text):
      guard output.count &+ text.count <= allowance else { return false }
      quote(text)
    case .array(let items):
      output.append("[")
      for (index, item) in items.enumerated() {
        if index > 0 { output.append(", ") }
        guard inspect(item, depth: depth + 1) else { return false }
      }
      output.append("]")
    case .object(let object):
      output.append("{")
      for (index, entry) in object.entries.enumerated() {
        if index > 0 { output.append(", ") }
        quote(entry.key)
        output.append("=>")
        guard inspect(entry.value, depth: depth + 1) else { return false }
      }
      output.append("}")
    default: return append(value, depth: depth)
    }
    return output.count <= allowance
  }

  private mutating func quote(_ text: [UInt8]) {
    output.append(ASCII.quote)
    for octet in text {
      if octet == ASCII.quote || octet == ASCII.backslash { output.append(ASCII.backslash) }
      output.append(octet)
    }
    output.append(ASCII.quote)
  }
}

extension [UInt8] {
  /// Appends the shortest decimal form that reads back as `number`, always with a point.
  mutating func append(shortest number: Double) {
    if number.isNaN { return append("NaN") }
    if number.isInfinite { return append(number < 0 ? "-Infinity" : "Infinity") }
    // The standard library offers the shortest digits only as a `String`; decimals are rare.
    var digits = [UInt8](number.description.utf8)
    if let exponent = digits.firstIndex(of: UInt8(ascii: "e")), !digits.contains(ASCII.dot) {
      digits.insert(contentsOf: [ASCII.dot, ASCII.zero], at: exponent)
    }
    append(contentsOf: digits)
  }
}
