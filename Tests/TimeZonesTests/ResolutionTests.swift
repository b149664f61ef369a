import Octets
import Testing

@testable import TimeZones

/// Days on which clocks are changed, as the people there lived them.
struct ResolutionTests {
  private func resolve(_ local: String, in zone: String) throws -> Resolution {
    let time = try #require(LocalTime(local))
    return try Zone(named: zone).timestamp(of: time.civil)
  }

  /// A moment in UTC.
  private func at(_ text: String) throws -> Timestamp {
    Timestamp(try #require(LocalTime(text)).civil)
  }

  @Test(
    "A time that clocks show once is that moment",
    arguments: [
      ("2026-05-01T09:30", "Europe/Berlin", "2026-05-01T07:30"),
      ("2026-03-29T01:59:59", "Europe/Berlin", "2026-03-29T00:59:59"),
      ("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00"),
      ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00"),
      ("2026-05-01T09:30", "America/New_York", "2026-05-01T13:30"),
      ("2026-05-01T09:30", "Asia/Kathmandu", "2026-05-01T03:45"),
      ("1985-12-31T23:59", "Asia/Kathmandu", "1985-12-31T18:29"),
      ("2026-07-01T12:00", "Europe/Dublin", "2026-07-01T11:00"),
      ("2026-12-01T12:00", "Europe/Dublin", "2026-12-01T12:00"),
      ("2011-12-29T23:59", "Pacific/Apia", "2011-12-30T09:59"),
      ("2011-12-31T00:00", "Pacific/Apia", "2011-12-30T10:00"),
      ("2500-07-01T12:00", "Europe/Berlin", "2500-07-01T10:00"),
      ("9999-12-31T09:59", "Pacific/Honolulu", "9999-12-31T19:59"),
    ])
  func exact(local: String, zone: String, utc: String) throws {
    #expect(try resolve(local, in: zone) == .exact(try at(utc)))
  }

  @Test(
    "A time that clocks skip is moved forward by as much as they are",
    arguments: [
      ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30", "2026-03-29 03:30"),
      ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29 03:00"),
      ("2026-03-08T02:30", "America/New_York", "2026-03-08T07:30", "2026-03-08 03:30"),
      // Half an hour.
      ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45", "2026-10-04 02:45"),
      // Summer time is the usual one, and ends for Ramadan.
      ("2026-03-22T02:30", "Africa/Casablanca", "2026-03-22T02:30", "2026-03-22 03:30"),
      ("2026-03-29T01:30", "Europe/Dublin", "2026-03-29T01:30", "2026-03-29 02:30"),
      // By the rule `M3.5.0/-1`: on Saturday, an hour before midnight.
      ("2027-03-27T23:30", "America/Scoresbysund", "2027-03-28T01:30", "2027-03-28 00:30"),
      ("2044-03-26T23:30", "America/Scoresbysund", "2044-03-27T01:30", "2044-03-27 00:30"),
      // A whole day, for the sake of trade with Australia.
      ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00", "2011-12-31 12:00"),
      // Fifteen minutes, at midnight of the new year.
      ("1986-01-01T00:10", "Asia/Kathmandu", "1985-12-31T18:40", "1986-01-01 00:25"),
      ("2501-03-27T02:30", "Europe/Berlin", "2501-03-27T01:30", "2501-03-27 03:30"),
    ])
  func gap(local: String, zone: String, utc: String, shown: String) throws {
    let resolution = try resolve(local, in: zone)
    #expect(resolution == .gap(try at(utc)))
    #expect(try Zone(named: zone).numeric(resolution.moment) == shown)
  }

  @Test(
    "A time that clocks show twice is two moments, the first when nobody is asked",
    arguments: [
      ("2026-10-25T02:00", "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T01:00"),
      ("2026-10-25T02:59:59", "Europe/Berlin", "2026-10-25T00:59:59", "2026-10-25T01:59:59"),
      ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30", "2026-11-01T06:30"),
      ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45", "2026-04-04T15:15"),
      ("2026-02-15T02:30", "Africa/Casablanca", "2026-02-15T01:30", "2026-02-15T02:30"),
      ("2026-10-25T01:30", "Europe/Dublin", "2026-10-25T00:30", "2026-10-25T01:30"),
      ("2027-10-30T23:30", "America/Scoresbysund", "2027-10-31T00:30", "2027-10-31T01:30"),
      ("2500-10-31T02:30", "Europe/Berlin", "2500-10-31T00:30", "2500-10-31T01:30"),
    ])
  func ambiguous(local: String, zone: String, first: String, second: String) throws {
    let resolution = try resolve(local, in: zone)
    #expect(resolution == .ambiguous(first: try at(first), second: try at(second)))
    #expect(resolution.moment == (try at(first)))
  }

  @Test("Dates beyond all counting resolve to the ends of time")
  func saturation() throws {
    for name in ["UTC", "Europe/Berlin", "Asia/Kathmandu"] {
      let zone = try Zone(named: name)
      let last = zone.timestamp(of: .init(year: .max, month: .max, day: .max, hour: .max))
      #expect(last.moment.civil.year > 290_000)
      let first = zone.timestamp(of: .init(year: .min, month: .min, day: .min, hour: .min))
      #expect(first.moment.civil.year < -290_000)
    }
  }
}
