import Octets

/// Counts of line endings, so that bare ones show, over octets that come in parts.
struct LineBreaks {
  private(set) var carriageReturns = 0
  var lineFeeds = 0
  var pairs = 0

  var hasBareLineFeed: Bool { lineFeeds != pairs }
  var hasBareCarriageReturn: Bool { carriageReturns != pairs }

  /// Counts carriage returns, 16 octets at a time.
  ///
  /// Message bodies come at the full speed of the wire; octet by octet this was three quarters of
  /// the server's time.
  mutating func countCarriageReturns(in bytes: UnsafeBufferPointer<UInt8>) {
    typealias Lanes = SIMD16<UInt8>
    let raw = UnsafeRawBufferPointer(bytes)
    let sought = Lanes(repeating: ASCII.carriageReturn)
    let one = Lanes(repeating: 1)
    var index = 0
    while index + Lanes.scalarCount <= raw.count {
      // A lane holds at most 255.
      let end = index + min((raw.count - index) / Lanes.scalarCount, 255) * Lanes.scalarCount
      var counts = Lanes.zero
      while index < end {
        let octets = raw.loadUnaligned(fromByteOffset: index, as: Lanes.self)
        counts &+= Lanes.zero.replacing(with: one, where: octets .== sought)
        index += Lanes.scalarCount
      }
      for lane in counts.indices { carriageReturns += Int(counts[lane]) }
    }
    for octet in bytes[index...] where octet == sought[0] { carriageReturns += 1 }
  }
}
