import Octets

/// A point in time as somewhere's clocks and calendar show it.
struct Moment {
  /// The local time as if it were UTC.
  let local: Timestamp
  /// How far local time is ahead of UTC.
  let offsetSeconds: Int

  init(local: Timestamp, offsetSeconds: Int) {
    self.local = local
    self.offsetSeconds = offsetSeconds
  }

  init(at time: Timestamp) { self.init(local: time, offsetSeconds: 0) }

  /// - Returns: `nil` beyond the year 9999.
  init?(seconds: Int) {
    guard abs(seconds.magnitudeClamped) < 253_402_300_800 else { return nil }
    self.init(at: Timestamp(seconds: Int64(seconds)))
  }
}

extension Int {
  fileprivate var magnitudeClamped: Int { self == .min ? .max : self }
}
