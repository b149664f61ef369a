import Octets
import TestSupport
import Testing

@testable import TimeZones

struct YearlyRuleTests {
  private func parse(_ text: String) -> YearlyRule? { YearlyRule(ArraySlice(text.utf8)) }

  /// A moment in UTC.
  private func at(_ text: String) throws -> Int64 {
    Timestamp(try #require(LocalTime(text)).civil).seconds
  }

  /// The changes after 1 July 2027, with what clocks show from then on.
  private func changes(of text: String, count: Int = 4) throws -> [String] {
    let rule = try #require(parse(text))
    var last = try at("2027-07-01T00:00")
    var lines: [String] = []
    while lines.count < count, let change = rule.nextChange(after: last) {
      lines.append(Zone.utc.numeric(Timestamp(seconds: change)))
      lines[lines.count - 1] += " " + rule.period(at: change).abbreviation
      last = change
    }
    return lines
  }

  @Test("A rule without daylight saving never changes")
  func standardOnly() throws {
    let rule = try #require(parse("<+0545>-5:45"))
    #expect(rule.period(at: 0) == ZoneRules.Period(offset: 20_700, abbreviation: "+0545"))
    #expect(rule.nextChange(after: 0) == nil)
  }

  @Test("Days are named by month and week, by number without 29 February, or by number with it")
  func days() throws {
    #expect(
      try changes(of: "CET-1CEST,M3.5.0,M10.5.0/3")
        == [
          "2027-10-31 01:00 CET", "2028-03-26 01:00 CEST", "2028-10-29 01:00 CET",
          "2029-03-25 01:00 CEST",
        ])
    #expect(
      try changes(of: "AAA0BBB,J59/0,J60/1")
        == [
          "2028-02-28 00:00 BBB", "2028-03-01 00:00 AAA", "2029-02-28 00:00 BBB",
          "2029-03-01 00:00 AAA",
        ])
    #expect(
      try changes(of: "AAA0BBB,59/0,365/1")
        == [
          // Day 365 of a year that has only 0 to 364 is the next one's first.
          "2028-01-01 00:00 AAA", "2028-02-29 00:00 BBB", "2028-12-31 00:00 AAA",
          "2029-03-01 00:00 BBB",
        ])
  }

  @Test("Times of day run from a week before midnight to a week after")
  func extendedHours() throws {
    #expect(
      try changes(of: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", count: 2)
        == ["2027-10-31 01:00 -02", "2028-03-26 01:00 -01"])
    #expect(
      try changes(of: "AAA0BBB,J10/-167,J20/167", count: 2)
        == ["2028-01-03 01:00 BBB", "2028-01-26 22:00 AAA"])
    // Both changes fall into another year than they are named in.
    #expect(
      try changes(of: "AAA0BBB,J363/167,J3/-100:30:30", count: 3)
        == ["2027-12-29 18:29 AAA", "2028-01-04 23:00 BBB", "2028-12-29 18:29 AAA"])
  }

  @Test("Summer may last all year")
  func allYear() throws {
    for text in ["EST5EDT,0/0,J365/25", "EST5EDT,J1/0,J365/25", "XXX3EDT4,0/0,J365/23"] {
      let rule = try #require(parse(text))
      let moments = stride(
        from: try at("2027-01-01T00:00"), to: try at("2030-01-01T12:00"), by: 999)
      #expect(moments.first { rule.period(at: $0).offset != -14_400 } == nil)
      #expect(rule.nextChange(after: 0) == nil)
    }
  }

  @Test(
    "What is no rule is refused",
    arguments: [
      "", "C", "CE-1", "CET", "CET-", "CET-25", "CET-1:60", "CET-1:00:60", "CET-1:", "CET-1 ",
      "<CET-1", "<CE>-1", "<C T>-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,",
      "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0",
      "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5,M10.5.0",
      "CET-1CEST,J0,J300", "CET-1CEST,J1,J366", "CET-1CEST,1,366", "CET-1CEST,-1,300",
      "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0/-168,M10.5.0", "CET-1CEST,M3.5.0/,M10.5.0",
      "CET-1CEST,M3.5.0,M10.5.0/3,", "CET-1CEST,M3.5.0,M10.5.0 ", ":Europe/Berlin",
      "CET-99999999999999999999", "CET-1CEST,99999999999999999999,1", "CÉT-1", "CET-1CEST-30,1,2",
    ])
  func refused(text: String) { #expect(parse(text) == nil) }

  @Test("A damaged rule is refused or means something, and never ends the process")
  func damaged() {
    var random = SeededRandom(seed: 5)
    let models = ["CET-1CEST,M3.5.0,M10.5.0/3", "<-02>2<-01>,J59/-167,365/167:59:59", "EST5"]
    let letters = Array("0123456789JM,./:<>+-ABC\0\u{80}".utf8)
    var understood = 0
    for round in 0..<6_000 {
      var text = Array(models[round % models.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<text.count, using: &random)
        let letter = letters.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text[index] = letter
        case 1: text.insert(letter, at: index)
        default: if text.count > 1 { text.remove(at: index) }
        }
      }
      guard let rule = YearlyRule(text[...]) else { continue }
      understood += 1
      let moment = Int64.random(in: -9_223_372_036_854...9_223_372_036_854, using: &random)
      for moment in [moment, 0, .min, .max] {
        #expect(abs(rule.period(at: moment).offset) < 27 * 3_600)
        if let change = rule.nextChange(after: moment) { #expect(change > moment) }
      }
    }
    #expect(understood > 500)
  }

  @Test("Rules mean what they mean to the system's C library", .enabled(if: PythonZones.isHere))
  func systemLibrary() throws {
    let rules = [
      "UTC0", "<+0545>-5:45", "LMT-0:53:28", "EST5EDT,M3.2.0,M11.1.0", "CET-1CEST,M3.5.0,M10.5.0/3",
      "IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "IST-2IDT,M3.4.4/26,M10.5.0",
      "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "AAA3BBB,J60,J300", "AAA3BBB,59,300",
      "AAA-3BBB,J59/0,J364/23", "AAA-3BBB,J2/0,J60/24", "AAA3BBB,M2.5.1/12:34:56,M8.4.6/0:00:01",
      "AAA0BBB-0:20,300/1,50/2", "AAA-11BBB-12,M12.4.6/3,M1.2.0/3", "AAA3BBB,J100/-24,J200/48",
      "AAA3BBB,J100/-167,J200/167", "AAA3BBB4,M3.5.0/100:30,M10.1.3/-99:59:59",
    ]
    let readings = try PythonZones.readRules(rules)
    let looks = Array(PythonZones.ruleLooks)
    for (text, reading) in zip(rules, readings) {
      let rule = try #require(parse(text))
      #expect(reading.count == looks.count)
      let difference = zip(looks, reading).first { rule.period(at: $0).offset != $1 }
      #expect(difference == nil, "\(text)")
    }
  }
}
