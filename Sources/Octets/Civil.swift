extension Timestamp.Civil {
  /// The date and time of day with its weekday; numbers beyond their range carry over, so that
  /// month 13 falls into the next year when days are counted.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
  ) {
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, weekday: 0)
    let weekday = (days + 4) % 7
    self.weekday = weekday < 0 ? weekday + 7 : weekday
  }

  /// From 1 January 1970 to this date.
  fileprivate var days: Int {
    // Far beyond what a timestamp can count, and far from what cannot be computed.
    let year = min(max(self.year, -1_000_000_000), 1_000_000_000)
    let month = min(max(self.month, -1_000_000_000), 1_000_000_000)
    let day = min(max(self.day, -1_000_000_000_000), 1_000_000_000_000)
    // Years are counted from 1 March, so that the leap day is the last of its year.
    let months = year * 12 + month - 3
    let shiftedMonth = (months % 12 + 12) % 12
    let shiftedYear = (months - shiftedMonth) / 12
    let yearOfEra = (shiftedYear % 400 + 400) % 400
    let era = (shiftedYear - yearOfEra) / 400
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension Timestamp {
  /// The moment when clocks `offset` seconds ahead of UTC show `civil`, its weekday aside.
  ///
  /// Numbers beyond their range carry over: 31 April is 1 May. What lies beyond the years that
  /// microseconds can count is the first or the last moment.
  public init(_ civil: Civil, offset: Int = 0) {
    let seconds =
      Int128(civil.days) * 86_400 + Int128(civil.hour) * 3_600 + Int128(civil.minute) * 60
      + Int128(civil.second) - Int128(offset)
    self.init(microseconds: Int64(clamping: seconds * 1_000_000))
  }
}
