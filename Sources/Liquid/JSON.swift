import Octets

/// A JSON document being read (RFC 8259); objects keep their order, whole numbers stay whole.
struct JSONReader {
  private let text: [UInt8]
  private var position = 0
  private static let deepest = 100

  init(_ text: [UInt8]) { self.text = text }

  /// The value of the whole document.
  mutating func document() throws(JSONError) -> Value {
    let value = try value(depth: 0)
    skipSpace()
    guard position == text.count else { throw fault }
    return value
  }

  private var fault: JSONError { JSONError(offset: position) }
  private var current: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipSpace() {
    while let octet = current, octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D {
      position += 1
    }
  }

  private mutating func take(_ octet: Character) -> Bool {
    guard let current, octet.asciiValue == current else { return false }
    position += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let found = word.withUTF8Buffer { text[position...].starts(with: $0) }
    if found { position += word.utf8CodeUnitCount }
    return found
  }

  private mutating func value(depth: Int) throws(JSONError) -> Value {
    guard depth < Self.deepest else { throw fault }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case ASCII.quote: return .string(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> Value {
    position += 1
    var object = Object()
    skipSpace()
    if take("}") { return .object(object) }
    repeat {
      skipSpace()
      guard current == ASCII.quote else { throw fault }
      let key = try string()
      skipSpace()
      guard take(":") else { throw fault }
      object[key] = try value(depth: depth + 1)
      skipSpace()
    } while take(",")
    guard take("}") else { throw fault }
    return .object(object)
  }

  private mutating func array(depth: Int) throws(JSONError) -> Value {
    position += 1
    var items: [Value] = []
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      items.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw fault }
    return .array(items)
  }

  private mutating func number() throws(JSONError) -> Value {
    let start = position
    var isWhole = true
    while let octet = current {
      switch octet {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), ASCII.hyphen: break
      case ASCII.dot, UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"): isWhole = false
      default:
        return try number(text[start..<position], isWhole: isWhole)
      }
      position += 1
    }
    return try number(text[start..<position], isWhole: isWhole)
  }

  private func number(_ digits: ArraySlice<UInt8>, isWhole: Bool) throws(JSONError) -> Value {
    let digits = String(decoding: digits, as: UTF8.self)
    if isWhole, let number = Int(digits) { return .integer(number) }
    guard let number = Double(digits) else { throw fault }
    return .decimal(number)
  }

  private mutating func string() throws(JSONError) -> [UInt8] {
    position += 1
    var content: [UInt8] = []
    while let octet = current {
      position += 1
      switch octet {
      case ASCII.quote: return content
      case ASCII.backslash: try escape(into: &content)
      case 0..<0x20: throw fault
      default: content.append(octet)
      }
    }
    throw fault
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    guard let letter = current else { throw fault }
    position += 1
    switch letter {
    case ASCII.quote, ASCII.backslash, UInt8(ascii: "/"): content.append(letter)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(ASCII.lineFeed)
    case UInt8(ascii: "r"): content.append(ASCII.carriageReturn)
    case UInt8(ascii: "t"): content.append(ASCII.tab)
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if code & 0xFC00 == 0xD800, take(word: "\\u") {
        let low = try codeUnit()
        guard low & 0xFC00 == 0xDC00 else { throw fault }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      // Half a surrogate pair is no character.
      content.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
    default: throw fault
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard position + 4 <= text.count,
      text[position..<position + 4].allSatisfy({ $0.isASCIIDigit || ($0 | 0x20) &- 0x61 < 6 }),
      let code = UInt32(String(decoding: text[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw fault }
    position += 4
    return code
  }
}

/// Where octets stop being JSON.
public struct JSONError: Error, Equatable {
  /// Counted from 0.
  public let offset: Int
}

extension Value {
  /// Reads a JSON document of at most 100 levels.
  public init(json: [UInt8]) throws(JSONError) {
    var reader = JSONReader(json)
    self = try reader.document()
  }
}
