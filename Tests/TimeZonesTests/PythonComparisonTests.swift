import Octets
import Testing

@testable import TimeZones

@Suite(.enabled(if: PythonZones.isHere, "python3 with zoneinfo is not here"))
struct PythonComparisonTests {
  @Test("Every zone's clocks from 1900 to 2100 are those that Python reads from the same files")
  func everyZone() throws {
    let zones = try Zone.names.map { try Zone(named: $0) }
    let looks = zones.map { zone in (zone.name, changes(of: zone).flatMap { [$0 - 1, $0] }) }
    let readings = try PythonZones.read(Dictionary(uniqueKeysWithValues: looks))
    for zone in zones { compare(zone, with: try #require(readings[zone.name])) }
  }

  private func changes(of zone: Zone) -> [Int64] {
    var changes: [Int64] = []
    var last = PythonZones.years.lowerBound
    while let change = zone.rules.nextChange(after: last), change < PythonZones.years.upperBound {
      changes.append(change)
      last = change
    }
    return changes
  }

  /// Records at most one difference of each kind, not thousands.
  private func compare(_ zone: Zone, with reading: PythonZones.Reading) {
    #expect(firstDifferentPeriod(zone, reading) == nil, "\(zone.name)")
    #expect(firstDifferentChange(zone, reading) == nil, "\(zone.name)")
    #expect(firstDifferentResolution(zone, reading) == nil, "\(zone.name)")
  }

  private func firstDifferentPeriod(_ zone: Zone, _ reading: PythonZones.Reading) -> String? {
    var index = 0
    let edges = reading.begins.dropFirst().flatMap { [$0 - 1, $0] }
    for moment in (Array(PythonZones.looks) + edges).sorted() {
      while index + 1 < reading.begins.count, reading.begins[index + 1] <= moment { index += 1 }
      let period = zone.rules.period(at: moment)
      let expected = (reading.offsets[index], reading.abbreviations[index])
      if (period.offset, period.abbreviation) != expected {
        return "at \(moment): \(period) instead of \(expected)"
      }
    }
    return nil
  }

  private func firstDifferentChange(_ zone: Zone, _ reading: PythonZones.Reading) -> String? {
    var now = reading.begins[0]
    for index in reading.begins.indices.dropFirst()
    where reading.offsets[index] != reading.offsets[index - 1] {
      let moment = Timestamp(seconds: reading.begins[index])
      let expected = Zone.Transition(
        moment: moment, before: reading.offsets[index - 1], after: reading.offsets[index])
      let found = zone.nextTransition(after: Timestamp(seconds: now))
      if found != expected {
        return "after \(now): \(String(describing: found)) instead of \(expected)"
      }
      now = reading.begins[index]
    }
    return nil
  }

  private func firstDifferentResolution(_ zone: Zone, _ reading: PythonZones.Reading) -> String? {
    for (shown, (first, second)) in zip(reading.shown, zip(reading.first, reading.second)) {
      // Python gives a skipped time the later moment first.
      let expected: Resolution =
        if first == second {
          .exact(Timestamp(seconds: first))
        } else if first < second {
          .ambiguous(first: Timestamp(seconds: first), second: Timestamp(seconds: second))
        } else {
          .gap(Timestamp(seconds: first))
        }
      let found = zone.timestamp(of: Timestamp(seconds: shown).civil)
      if found != expected {
        return "\(Timestamp(seconds: shown).rfc3339): \(found) instead of \(expected)"
      }
    }
    return nil
  }
}
