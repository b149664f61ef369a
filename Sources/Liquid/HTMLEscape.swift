import Octets

/// The characters that end or begin something in HTML text and attribute values.
enum HTMLEscape {
  /// One bit for each of `"`, `&`, `'`, `<` and `>`, all below 64.
  @inline(__always)
  private static func isSpecial(_ octet: UInt8) -> Bool {
    octet < 64 && 0x5000_00C4_0000_0000 as UInt64 &>> UInt64(octet) & 1 == 1
  }

  /// Appends the text with the special characters as entities.
  @inline(__always)
  static func append(_ text: [UInt8], to output: inout [UInt8]) {
    text.withUnsafeBufferPointer { text in
      var start = 0
      var at = 0
      while at < text.count {
        let octet = text[at]
        if isSpecial(octet) {
          output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<at]))
          output.append(entity(octet))
          start = at + 1
        }
        at += 1
      }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }
  }

  static func escaped(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 8)
    append(text, to: &output)
    return output
  }

  /// Escapes all but what is an entity already.
  static func escapedOnce(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 8)
    for (at, octet) in text.enumerated() {
      if !isSpecial(octet) || octet == UInt8(ascii: "&") && startsEntity(text[(at + 1)...]) {
        output.append(octet)
      } else {
        output.append(entity(octet))
      }
    }
    return output
  }

  /// Whether a name or a decimal number and a semicolon follow; 32 octets hold every entity.
  private static func startsEntity(_ rest: ArraySlice<UInt8>) -> Bool {
    let rest = rest.prefix(32)
    let isNumber = rest.first == UInt8(ascii: "#")
    let name = (isNumber ? rest.dropFirst() : rest).prefix {
      isNumber ? $0.isASCIIDigit : $0.isASCIILetter
    }
    return !name.isEmpty && name.endIndex < rest.endIndex
      && rest[name.endIndex] == UInt8(ascii: ";")
  }

  private static func entity(_ octet: UInt8) -> StaticString {
    switch octet {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case ASCII.quote: "&quot;"
    default: "&#39;"
    }
  }
}
