import Octets

/// Eight octets of a text looked at together; the answers have the top bit of every octet meant.
struct OctetWord {
  /// The octets as memory has them, the first lowest.
  let octets: UInt64

  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var tops: UInt64 { 0x8080_8080_8080_8080 }

  /// - Returns: `nil` when the text has no eight octets behind `offset`.
  @inline(__always)
  init?(_ text: UnsafeRawBufferPointer, at offset: Int) {
    guard offset &+ 8 <= text.count else { return nil }
    octets = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private var lower: UInt64 { octets & ~OctetWord.tops }

  /// Control characters but DEL: tabs and line endings among them.
  @inline(__always)
  var controls: UInt64 { ~(lower &+ OctetWord.ones &* 0x60 | octets) & OctetWord.tops }

  @inline(__always)
  var equalsSigns: UInt64 {
    ~((lower ^ OctetWord.ones &* 0x3D) &+ ~OctetWord.tops | octets) & OctetWord.tops
  }

  /// What is not ASCII, and DEL.
  @inline(__always)
  var foreign: UInt64 {
    (octets | ~((lower ^ ~OctetWord.tops) &+ ~OctetWord.tops)) & OctetWord.tops
  }

  /// How many octets come before the first that an answer means.
  @inline(__always)
  static func countBefore(_ answer: UInt64) -> Int { answer.trailingZeroBitCount / 8 }

  /// How many of the first `limit` octets an answer means.
  @inline(__always)
  static func count(_ answer: UInt64, before limit: Int) -> Int {
    let mask: UInt64 = limit >= 8 ? .max : (1 &<< UInt64(truncatingIfNeeded: limit &* 8)) &- 1
    return (answer & mask).nonzeroBitCount
  }
}
