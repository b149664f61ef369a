/// Tells well-formed UTF-8 (Unicode 15, table 3-7) from what is not, and spots NUL.
enum UTF8Check {
  /// How far text is good, and what ends it.
  enum Finding: Equatable {
    case good
    /// The text ends inside a sequence that may go on.
    case truncated
    case malformed
    case nul
  }

  /// What one position holds.
  private enum Sequence {
    case length(Int)
    case truncated
    case malformed
  }

  /// - Returns: The first position that is not good, the end if all is good.
  static func check(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> (end: Int, finding: Finding) {
    var at = start
    while true {
      at = skipASCII(text, from: at, to: end)
      guard at < end else { return (end, .good) }
      guard text[at] != 0 else { return (at, .nul) }
      switch sequence(text, at: at, to: end) {
      case .length(let length): at += length
      case .truncated: return (at, .truncated)
      case .malformed: return (at, .malformed)
      }
    }
  }

  /// Counts the sequences of more than one octet, and the octets that belong to none.
  ///
  /// A sequence cut off by the end counts as neither.
  static func tally(_ text: UnsafeBufferPointer<UInt8>) -> (wellFormed: Int, broken: Int) {
    var wellFormed = 0
    var broken = 0
    var at = 0
    while at < text.count {
      at = skipASCII(text, from: at, to: text.count)
      guard at < text.count else { break }
      if text[at] == 0 {
        at += 1
        continue
      }
      switch sequence(text, at: at, to: text.count) {
      case .length(let length):
        wellFormed += 1
        at += length
      case .truncated: return (wellFormed, broken)
      case .malformed:
        broken += 1
        at += 1
      }
    }
    return (wellFormed, broken)
  }

  /// The first position at or after `start` that does not hold 0x01 to 0x7F.
  static func skipASCII(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Int {
    let raw = UnsafeRawBufferPointer(text)
    let one = SIMD32<UInt8>(repeating: 1)
    let limit = SIMD32<UInt8>(repeating: 0x7E)
    var at = start
    while at &+ 32 <= end {
      let block = raw.loadUnaligned(fromByteOffset: at, as: SIMD32<UInt8>.self)
      // Less one, NUL and all above 0x7F become greater than 0x7E.
      if any((block &- one) .> limit) { break }
      at &+= 32
    }
    while at < end, text[at] &- 1 <= 0x7E { at &+= 1 }
    return at
  }

  private static func sequence(
    _ text: UnsafeBufferPointer<UInt8>, at start: Int, to end: Int
  ) -> Sequence {
    let first = text[start]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0x00...0x7F: return .length(1)
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return .malformed
    }
    for index in 1..<length {
      guard start + index < end else { return .truncated }
      let octet = text[start + index]
      guard index == 1 ? second.contains(octet) : octet & 0xC0 == 0x80 else { return .malformed }
    }
    return .length(length)
  }
}
