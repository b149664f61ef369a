import Octets

/// Reads a command line from left to right and never past its end.
struct CommandScanner {
  private let bytes: [UInt8]
  private(set) var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { index >= bytes.count }
  var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func skip() { if index < bytes.count { index += 1 } }

  mutating func take(_ octet: UInt8) -> Bool {
    guard next == octet else { return false }
    index += 1
    return true
  }

  /// Takes `text`, written in lower case here and in any case there, or nothing.
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - index >= count else { return false }
    let start = index
    let isThere = text.withUTF8Buffer { text in
      (0..<count).allSatisfy { bytes[start + $0].lowercasedASCII == text[$0] }
    }
    if isThere { index += count }
    return isThere
  }

  mutating func take(while belongs: (UInt8) -> Bool) -> Range<Int> {
    let start = index
    while index < bytes.count, belongs(bytes[index]) { index += 1 }
    return start..<index
  }

  /// Takes spaces; whether there were any.
  mutating func takeSpaces() -> Bool { !take { $0 == ASCII.space }.isEmpty }

  /// Takes a number without a sign; `nil` when there is none or it is beyond all bounds.
  mutating func takeNumber() -> Int? {
    let digits = take(while: \.isASCIIDigit)
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    return bytes[digits].reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
  }

  mutating func takeRest() -> [UInt8] {
    defer { index = bytes.count }
    return Array(bytes[index...])
  }

  func text(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }
}
