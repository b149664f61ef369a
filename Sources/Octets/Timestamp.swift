import Glibc

/// A moment in UTC, counted in microseconds since 1970.
///
/// What storage, headers and reports write down. Zones belong to the edges of the product.
public struct Timestamp: Sendable, Hashable, Comparable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }
  public init(seconds: Int64) { self.microseconds = seconds &* 1_000_000 }

  /// What the machine's clock says.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  /// Whole seconds, rounded down.
  public var seconds: Int64 {
    microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0)
  }
  public var milliseconds: Int64 { microseconds / 1_000 }

  public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
  public static func + (left: Self, right: Duration) -> Self {
    let parts = right.components
    return Timestamp(
      microseconds: left.microseconds &+ parts.seconds &* 1_000_000
        &+ parts.attoseconds / 1_000_000_000_000)
  }
  public static func - (left: Self, right: Self) -> Duration {
    .microseconds(left.microseconds &- right.microseconds)
  }
}

extension Timestamp {
  /// The calendar date and time of day in UTC.
  public struct Civil: Sendable, Equatable {
    public var year: Int, month: Int, day: Int
    public var hour: Int, minute: Int, second: Int
    /// Sunday is 0.
    public var weekday: Int
  }

  /// The date by the proleptic Gregorian calendar.
  public var civil: Civil {
    var days = seconds / 86_400
    var rest = seconds % 86_400
    if rest < 0 { (days, rest) = (days - 1, rest + 86_400) }
    // Years are counted from 1 March, so that the leap day is the last of its year.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let weekday = (days % 7 + 11) % 7
    return Civil(
      year: Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), month: Int(month),
      day: Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1),
      hour: Int(rest / 3_600), minute: Int(rest / 60 % 60), second: Int(rest % 60),
      weekday: Int(weekday))
  }

  /// As in `2026-11-20T09:30:00Z` (RFC 3339).
  public var rfc3339: String {
    let date = civil
    var text: [UInt8] = []
    text.append(decimal: date.year, width: 4)
    text.append("-")
    text.append(decimal: date.month, width: 2)
    text.append("-")
    text.append(decimal: date.day, width: 2)
    text.append("T")
    text.append(decimal: date.hour, width: 2)
    text.append(":")
    text.append(decimal: date.minute, width: 2)
    text.append(":")
    text.append(decimal: date.second, width: 2)
    text.append("Z")
    return String(decoding: text, as: UTF8.self)
  }
}
