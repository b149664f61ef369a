import Octets
import TestSupport
import Testing

@testable import TimeZones

struct ZoneFileTests {
  private func file(_ name: String) throws -> [UInt8] {
    try #require(SmallFile.read("/usr/share/zoneinfo/\(name)", limit: 1 << 16))
  }

  /// A file of one period and the given changes, with a rule.
  private func file(changes: [Int64], begun: [UInt8], rule: String) -> [UInt8] {
    func number(_ number: Int64, _ length: Int) -> [UInt8] {
      (0..<length).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    let start = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
    let old = [UInt8](repeating: 0, count: 24)
    var file = start + old + start + [UInt8](repeating: 0, count: 12)
    file += number(Int64(changes.count), 4) + number(2, 4) + number(8, 4)
    file += changes.flatMap { number($0, 8) } + begun
    file += number(-3_600, 4) + [0, 0] + number(7_200, 4) + [1, 4]
    file += Array("AAA\0BBB\0\n\(rule)\n".utf8)
    return file
  }

  @Test("A file's list is followed by its rule, and preceded by its first period")
  func order() throws {
    let rules = try #require(
      ZoneFile.read(file(changes: [100, 200], begun: [1, 0], rule: "CCC-3")))
    #expect(rules.period(at: .min) == ZoneRules.Period(offset: -3_600, abbreviation: "AAA"))
    #expect(rules.period(at: 99).abbreviation == "AAA")
    #expect(rules.period(at: 100) == ZoneRules.Period(offset: 7_200, abbreviation: "BBB"))
    #expect(rules.period(at: 199).abbreviation == "BBB")
    #expect(rules.period(at: 200).abbreviation == "CCC")
    #expect(rules.nextChange(after: 0) == 100)
    #expect(rules.nextChange(after: 100) == 200)
    #expect(rules.nextChange(after: 200) == nil)
  }

  @Test("Without a rule the last change holds for ever")
  func withoutRule() throws {
    let rules = try #require(ZoneFile.read(file(changes: [100], begun: [1], rule: "")))
    #expect(rules.period(at: .max).abbreviation == "BBB")
    let never = try #require(ZoneFile.read(file(changes: [], begun: [], rule: "")))
    #expect(never.period(at: 0).abbreviation == "AAA")
  }

  @Test("Files that are not in order are refused")
  func outOfOrder() throws {
    #expect(ZoneFile.read(file(changes: [200, 100], begun: [1, 0], rule: "")) == nil)
    #expect(ZoneFile.read(file(changes: [100, 100], begun: [1, 0], rule: "")) == nil)
    #expect(ZoneFile.read(file(changes: [100], begun: [2], rule: "")) == nil)
    #expect(ZoneFile.read(file(changes: [100], begun: [1], rule: "nonsense")) == nil)
    #expect(ZoneFile.read([]) == nil)
    #expect(ZoneFile.read(Array("TZif2".utf8)) == nil)
    // Files that count leap seconds are for other clocks.
    #expect(ZoneFile.read(try file("right/Europe/Berlin")) == nil)
    // Version 1 has no 64-bit times.
    var old = try file("Europe/Berlin")
    old[4] = 0
    #expect(ZoneFile.read(old) == nil)
  }

  @Test("A file that breaks off anywhere is refused")
  func truncated() throws {
    let whole = try file("Europe/Berlin")
    #expect(ZoneFile.read(whole) != nil)
    for length in whole.indices { #expect(ZoneFile.read(Array(whole[..<length])) == nil) }
  }

  @Test("A damaged file is refused or read, and never ends the process")
  func damaged() throws {
    var random = SeededRandom(seed: 7)
    var accepted = 0
    for name in [
      "Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu",
      "Europe/Dublin",
      "Pacific/Apia", "America/Scoresbysund", "Etc/UTC",
    ] {
      let whole = try file(name)
      let second = try #require(
        whole.indices.dropFirst(44).first { whole[$0...].starts(with: "TZif".utf8) })
      for round in 0..<300 {
        var damaged = whole
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let area =
            switch round % 4 {
            case 0: 20..<44
            case 1: second + 20..<second + 44
            case 2: max(second, whole.count - 60)..<whole.count
            default: whole.indices
            }
          damaged[Int.random(in: area, using: &random)] =
            Bool.random(using: &random)
            ? .random(in: 0...255, using: &random)
            : [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        }
        guard let rules = ZoneFile.read(damaged) else { continue }
        accepted += 1
        use(Zone(name: name, rules: rules), with: &random)
      }
    }
    #expect(accepted > 200)
  }

  @Test("A file of thousands of changes, a second apart, resolves every time of day")
  func crowded() throws {
    let count = 7_000
    let bytes = file(
      changes: (0..<count).map { Int64($0) }, begun: (0..<count).map { UInt8($0 % 2) }, rule: "")
    #expect(bytes.count <= 1 << 16)
    let zone = Zone(name: "crowded", rules: try #require(ZoneFile.read(bytes)))
    var random = SeededRandom(seed: 11)
    use(zone, with: &random)
    for seconds in [-3_600, 0, 3_500, 7_000, 7_200] as [Int64] {
      let moment = zone.timestamp(of: Timestamp(seconds: seconds).civil).moment
      #expect(abs(moment.seconds - seconds) <= 2 * 7_200)
    }
  }

  private func use(_ zone: Zone, with random: inout SeededRandom) {
    let any = Timestamp(microseconds: .random(in: .min ... .max, using: &random))
    let near = Timestamp(seconds: .random(in: -5_000_000_000...5_000_000_000, using: &random))
    for moment in [any, near, Timestamp(microseconds: .min), Timestamp(microseconds: .max)] {
      #expect(abs(zone.offset(at: moment)) < 27 * 3_600)
      #expect(zone.abbreviation(at: moment).utf8.allSatisfy { $0.isOfAbbreviation })
      if let change = zone.nextTransition(after: moment) { #expect(change.moment >= moment) }
      _ = zone.numeric(moment)
      _ = zone.timestamp(of: zone.civil(at: moment))
    }
    // What clocks show at a moment stands for that moment, or is shown twice.
    let shown = zone.civil(at: near)
    switch zone.timestamp(of: shown) {
    case .exact(let moment): #expect(zone.civil(at: moment) == shown)
    case .ambiguous(let first, let second):
      #expect(first < second)
      #expect(zone.civil(at: first) == shown)
      #expect(zone.civil(at: second) == shown)
    case .gap: Issue.record("\(zone.name): clocks show \(shown) at \(near)")
    }
  }
}
