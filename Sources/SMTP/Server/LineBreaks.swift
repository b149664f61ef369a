import Octets

/// Counts of line endings, so that bare ones show, over octets that come in parts.
struct LineBreaks {
  private(set) var carriageReturns = 0
  var lineFeeds = 0
  var pairs = 0

  var hasBareLineFeed: Bool { lineFeeds != pairs }
  var hasBareCarriageReturn: Bool { carriageReturns != pairs }

  /// Counts carriage returns in blocks small enough for the compiler's octet-wide lanes.
  mutating func countCarriageReturns(in bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while start < bytes.count {
      let end = min(start + 255, bytes.count)
      var count: UInt8 = 0
      for index in start..<end { count &+= bytes[index] == ASCII.carriageReturn ? 1 : 0 }
      carriageReturns += Int(count)
      start = end
    }
  }
}
