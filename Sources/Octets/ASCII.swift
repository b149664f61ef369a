/// The octets that the mail protocols give a meaning to, by name.
public enum ASCII {
  @inlinable public static var nul: UInt8 { 0x00 }
  @inlinable public static var tab: UInt8 { 0x09 }
  @inlinable public static var lineFeed: UInt8 { 0x0A }
  @inlinable public static var carriageReturn: UInt8 { 0x0D }
  @inlinable public static var space: UInt8 { 0x20 }
  @inlinable public static var quote: UInt8 { 0x22 }
  @inlinable public static var hyphen: UInt8 { 0x2D }
  @inlinable public static var dot: UInt8 { 0x2E }
  @inlinable public static var zero: UInt8 { 0x30 }
  @inlinable public static var equals: UInt8 { 0x3D }
  @inlinable public static var at: UInt8 { 0x40 }
  @inlinable public static var backslash: UInt8 { 0x5C }
}

extension UInt8 {
  @inlinable
  public var isASCIIDigit: Bool { self &- 0x30 < 10 }

  @inlinable
  public var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }

  /// Space, tab, carriage return, line feed, vertical tab or form feed.
  @inlinable
  public var isASCIIWhitespace: Bool { self == 0x20 || self &- 0x09 < 5 }

  /// This octet with A to Z as a to z; all others unchanged.
  @inlinable
  public var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}

extension Collection<UInt8> {
  /// A copy with A to Z as a to z; octets beyond ASCII unchanged.
  @inlinable
  public var lowercasedASCII: [UInt8] { map(\.lowercasedASCII) }

  /// Whether the octets spell `text`, the case of ASCII letters aside.
  @inlinable
  public func equalsIgnoringASCIICase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { other in
      zip(self, other).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }
  }
}

extension BidirectionalCollection<UInt8> {
  /// The octets without ASCII white space at either end.
  @inlinable
  public var trimmingASCIIWhitespace: SubSequence {
    var start = startIndex
    var end = endIndex
    while start < end, self[start].isASCIIWhitespace { formIndex(after: &start) }
    while end > start, self[index(before: end)].isASCIIWhitespace { formIndex(before: &end) }
    return self[start..<end]
  }
}

extension [UInt8] {
  /// Appends the octets of a literal.
  @inlinable
  public mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  /// Appends a number in decimal digits, padded with zeros to `width`.
  public mutating func append(decimal number: Int, width: Int = 1) {
    if number < 0 { append(ASCII.hyphen) }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    var rest = number.magnitude
    Swift.withUnsafeMutableBytes(of: &digits) { buffer in
      var at = buffer.count
      repeat {
        at -= 1
        buffer[at] = ASCII.zero &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0 || buffer.count - at < Swift.min(width, buffer.count)
      append(contentsOf: buffer[at...])
    }
  }
}
