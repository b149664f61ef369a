import Octets
import Testing

@testable import TimeZones

struct ZoneTests {
  /// Seconds since 1970 of a time in UTC.
  private func moment(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0
  ) -> Timestamp {
    Timestamp(Timestamp.Civil(year: year, month: month, day: day, hour: hour, minute: minute))
  }

  @Test("Clocks in Berlin are one hour ahead in winter and two in summer")
  func berlin() throws {
    let berlin = try Zone(named: "Europe/Berlin")
    #expect(berlin.name == "Europe/Berlin")
    #expect(berlin.offset(at: moment(2026, 1, 1)) == 3_600)
    #expect(berlin.abbreviation(at: moment(2026, 1, 1)) == "CET")
    #expect(berlin.offset(at: moment(2026, 7, 1)) == 7_200)
    #expect(berlin.abbreviation(at: moment(2026, 7, 1)) == "CEST")
    // Long after the file's last change, by the yearly rule.
    #expect(berlin.offset(at: moment(2500, 7, 1)) == 7_200)
    #expect(berlin.offset(at: moment(2500, 12, 1)) == 3_600)
    #expect(berlin.civil(at: moment(2026, 5, 1, 7, 30)).hour == 9)
    #expect(berlin.civil(at: moment(2026, 12, 31, 23, 30)).year == 2027)
  }

  @Test("The next change of clocks is found in the list, by the yearly rule, or not at all")
  func nextTransition() throws {
    let berlin = try Zone(named: "Europe/Berlin")
    let spring = moment(2026, 3, 29, 1)
    #expect(
      berlin.nextTransition(after: moment(2026, 1, 1))
        == Zone.Transition(moment: spring, before: 3_600, after: 7_200))
    #expect(berlin.nextTransition(after: spring)?.moment == moment(2026, 10, 25, 1))
    #expect(
      berlin.nextTransition(after: moment(2500, 11, 1))
        == Zone.Transition(moment: moment(2501, 3, 27, 1), before: 3_600, after: 7_200))
    #expect(try Zone(named: "Asia/Kathmandu").nextTransition(after: moment(2026, 1, 1)) == nil)
    #expect(Zone.utc.nextTransition(after: moment(2026, 1, 1)) == nil)
  }

  @Test("Universal time is always the same")
  func utc() throws {
    let utc = try Zone(named: "UTC")
    #expect(utc == .utc)
    #expect(utc.offset(at: moment(1800, 1, 1)) == 0)
    #expect(utc.abbreviation(at: moment(2026, 7, 1)) == "UTC")
    #expect(utc.timestamp(of: moment(2026, 7, 1).civil) == .exact(moment(2026, 7, 1)))
  }

  @Test("The names to choose from are sorted cities and UTC, and each has its zone")
  func names() throws {
    let names = Zone.names
    #expect(names.count > 300)
    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
    for name in ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"] {
      #expect(names.contains(name))
    }
    #expect(!names.contains("Factory"))
    for name in names { #expect(throws: Never.self) { try Zone(named: name) } }
  }

  @Test("Older names that browsers still report are known")
  func olderNames() throws {
    let summer = moment(2026, 7, 1)
    #expect(try Zone(named: "Asia/Calcutta").offset(at: summer) == 19_800)
    #expect(try Zone(named: "US/Eastern").offset(at: summer) == -14_400)
    for name in Atlas.system.allNames { #expect(throws: Never.self) { try Zone(named: name) } }
  }

  @Test(
    "Names that are none are refused, above all those that are paths",
    arguments: [
      "", "/", "Berlin", "europe/berlin", "Europe/Berlin ", "Europe/Berlin/", "/Europe/Berlin",
      "Europe", "../zoneinfo/UTC", "Europe/../UTC", "./UTC", "/etc/passwd", "../../../etc/passwd",
      "localtime", "posixrules", "right/Europe/Berlin", "posix/Europe/Berlin", "tzdata.zi",
      "zone.tab", "Europe/Berlin\0", "Ｅurope/Berlin", String(repeating: "A/", count: 10_000),
    ])
  func unknownNames(name: String) {
    #expect(throws: ZoneError.unknown) { try Zone(named: name) }
  }

  @Test("The first and the last moment that can be counted have a date everywhere")
  func extremes() throws {
    for name in Zone.names {
      let zone = try Zone(named: name)
      for moment in [Timestamp(microseconds: .min), Timestamp(microseconds: .max)] {
        #expect(abs(zone.offset(at: moment)) < 27 * 3_600)
        #expect(abs(zone.civil(at: moment).year) > 290_000)
        #expect(abs(zone.timestamp(of: zone.civil(at: moment)).moment.civil.year) > 290_000)
        _ = zone.nextTransition(after: moment)
      }
    }
  }
}
