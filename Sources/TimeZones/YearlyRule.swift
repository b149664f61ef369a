import Octets

/// What goes on year after year, as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Times of day run from −167 to 167 hours (RFC 9636, section 3.3.1).
struct YearlyRule: Sendable, Equatable {
  let standard: ZoneRules.Period
  /// `nil` where clocks are never changed.
  let daylight: Daylight?

  /// The other period, which in Ireland is the winter.
  struct Daylight: Sendable, Equatable {
    let period: ZoneRules.Period
    /// By the clock of standard time.
    let start: Change
    /// By the clock of the other period.
    let end: Change
  }

  struct Change: Sendable, Equatable {
    let day: Day
    /// Seconds after that day's midnight.
    let time: Int
  }

  enum Day: Sendable, Equatable {
    /// 1 to 365; 29 February has no number.
    case julian(Int)
    /// 0 to 365; 29 February is counted.
    case zeroBased(Int)
    /// Sunday is 0; week 5 is the month's last.
    case weekday(month: Int, week: Int, weekday: Int)
  }

  func period(at seconds: Int64) -> ZoneRules.Period {
    guard let daylight else { return standard }
    // A change of last year may come late, one of next year early, by a week each.
    let year = Timestamp(saturating: seconds).civil.year
    var latest: (moment: Int64, isStart: Bool) = (.min, false)
    for year in year - 2...year + 1 {
      let (start, end) = changes(daylight, in: year)
      if end <= seconds, end > latest.moment { latest = (end, false) }
      // Where summer lasts all year, its end is the next one's start.
      if start <= seconds, start >= latest.moment { latest = (start, true) }
    }
    return latest.isStart ? daylight.period : standard
  }

  /// The first change of the offset after that second.
  func nextChange(after seconds: Int64) -> Int64? {
    guard let daylight else { return nil }
    let year = Timestamp(saturating: seconds).civil.year
    let moments = (year - 2...year + 2).flatMap { year in
      let (start, end) = changes(daylight, in: year)
      return [start, end]
    }
    let offset = period(at: seconds).offset
    return moments.sorted().first { $0 > seconds && period(at: $0).offset != offset }
  }

  private func changes(_ daylight: Daylight, in year: Int) -> (start: Int64, end: Int64) {
    (
      daylight.start.midnight(in: year) + Int64(daylight.start.time - standard.offset),
      daylight.end.midnight(in: year) + Int64(daylight.end.time - daylight.period.offset)
    )
  }
}

extension YearlyRule.Change {
  /// Of the clock that the change goes by, as if that were UTC.
  fileprivate func midnight(in year: Int) -> Int64 {
    func seconds(month: Int, day: Int) -> Int64 {
      Timestamp(Timestamp.Civil(year: year, month: month, day: day)).seconds
    }
    switch day {
    case .julian(let number):
      // No leap year has a 29 February here: days from 1 March on are counted from there.
      return number < 60
        ? seconds(month: 1, day: number) : seconds(month: 3, day: number - 59)
    case .zeroBased(let number):
      return seconds(month: 1, day: number + 1)
    case .weekday(let month, let week, let weekday):
      let first = Timestamp.Civil(year: year, month: month, day: 1)
      var day = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
      // Only a fifth week can lie beyond the month.
      if day > 28, seconds(month: month, day: day) >= seconds(month: month + 1, day: 1) { day -= 7 }
      return seconds(month: month, day: day)
    }
  }
}
