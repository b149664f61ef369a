public import Octets

/// A time zone of the system's database, as in `Europe/Berlin`.
public struct Zone: Sendable {
  /// As it was asked for.
  public let name: String
  let rules: ZoneRules

  /// Universal time, which needs no file.
  public static let utc = Zone(name: "UTC", rules: .utc)

  /// The names that people choose from, sorted: a city each, and `UTC`.
  public static var names: [String] { Atlas.system.names }

  /// The zone of that name, older names and other spellings of the database among them.
  ///
  /// The name may come from a stranger. A zone is read from its file once.
  public init(named name: String) throws(ZoneError) {
    self = try Atlas.system.zone(named: name)
  }

  init(name: String, rules: ZoneRules) {
    self.name = name
    self.rules = rules
  }

  /// Seconds ahead of UTC; negative in the west.
  public func offset(at moment: Timestamp) -> Int {
    rules.period(at: moment.seconds).offset
  }

  /// What the people there call their time, as in `CEST` or `+0545`.
  public func abbreviation(at moment: Timestamp) -> String {
    rules.period(at: moment.seconds).abbreviation
  }

  /// What the clocks and calendars there show.
  public func civil(at moment: Timestamp) -> Timestamp.Civil {
    let shift = Int64(offset(at: moment)) * 1_000_000
    let (shown, overflows) = moment.microseconds.addingReportingOverflow(shift)
    return Timestamp(microseconds: overflows ? (shift > 0 ? .max : .min) : shown).civil
  }

  /// The next time that the clocks there are changed, `nil` when no such day is known.
  public func nextTransition(after moment: Timestamp) -> Transition? {
    guard let change = rules.nextChange(after: moment.seconds) else { return nil }
    return Transition(
      moment: Timestamp(saturating: change), before: rules.period(at: change - 1).offset,
      after: rules.period(at: change).offset)
  }

  /// A change of the clocks; offsets are in seconds ahead of UTC.
  public struct Transition: Sendable, Equatable {
    public let moment: Timestamp
    public let before: Int
    public let after: Int
  }
}

extension Zone: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.name == right.name }
}

/// Why there is no such zone.
public enum ZoneError: Error, Equatable {
  /// The system's database has no zone of that name.
  case unknown
  /// The system's database has the name, but its file is missing or damaged.
  case unreadable
}

extension Timestamp {
  init(saturating seconds: Int64) {
    let (microseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
    self.init(microseconds: overflows ? (seconds > 0 ? .max : .min) : microseconds)
  }
}
