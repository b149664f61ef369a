extension [UInt8] {
  /// Appends an octet as two hexadecimal digits, in capitals.
  @inline(__always)
  mutating func append(hexadecimal octet: UInt8) {
    append(Hexadecimal.capital(octet &>> 4))
    append(Hexadecimal.capital(octet & 15))
  }
}

/// The digits of base sixteen.
enum Hexadecimal {
  @inline(__always)
  static func capital(_ value: UInt8) -> UInt8 { value < 10 ? value &+ 0x30 : value &+ 0x37 }

  @inline(__always)
  static func small(_ value: UInt8) -> UInt8 { value < 10 ? value &+ 0x30 : value &+ 0x57 }

  /// The value of a digit, in either case; `nil` when it is none.
  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit &- 0x30
    case 0x41...0x46: digit &- 0x37
    case 0x61...0x66: digit &- 0x57
    default: nil
    }
  }
}
