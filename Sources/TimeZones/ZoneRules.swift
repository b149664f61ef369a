/// How a zone's clocks are set, from the past's list of changes to the future's yearly rule.
struct ZoneRules: Sendable, Equatable {
  /// What clocks show between two changes.
  struct Period: Sendable, Equatable {
    /// Seconds ahead of UTC, less than 27 hours either way.
    var offset: Int
    var abbreviation: String
  }

  /// In ascending order, in seconds since 1970.
  private let changes: [Int64]
  /// Which period begins with each change.
  private let begun: [UInt8]
  private let periods: [Period]
  private let first: Period
  /// What goes on after the last change.
  private let yearly: YearlyRule?

  static let utc = ZoneRules(period: Period(offset: 0, abbreviation: "UTC"))

  init(period: Period) {
    changes = []
    begun = []
    periods = []
    first = period
    yearly = nil
  }

  /// `nil` when a change names no period, or when the changes are not in order.
  init?(changes: [Int64], begun: [UInt8], periods: [Period], yearly: YearlyRule?) {
    guard let first = periods.first, changes.count == begun.count,
      begun.allSatisfy({ Int($0) < periods.count }),
      zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.changes = changes
    self.begun = begun
    self.periods = periods
    self.first = first
    self.yearly = yearly
  }

  func period(at seconds: Int64) -> Period {
    if let yearly, seconds >= changes.last ?? .min { return yearly.period(at: seconds) }
    return period(before: changesUpTo(seconds))
  }

  /// The first change of the offset after that second.
  func nextChange(after seconds: Int64) -> Int64? {
    for index in changesUpTo(seconds)..<changes.count
    where period(before: index).offset != period(before: index + 1).offset {
      return changes[index]
    }
    return yearly?.nextChange(after: max(seconds, changes.last ?? .min))
  }

  /// The period that ends with the change of that number.
  private func period(before index: Int) -> Period {
    index == 0 ? first : periods[Int(begun[index - 1])]
  }

  private func changesUpTo(_ seconds: Int64) -> Int {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
