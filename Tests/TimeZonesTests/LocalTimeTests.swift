import Octets
import TestSupport
import Testing
import TimeZones

struct LocalTimeTests {
  @Test(
    "What a date and time field sends is read, and written the same",
    arguments: [
      "2026-05-01T09:30", "2026-05-01T09:30:15", "1970-01-01T00:00", "9999-12-31T23:59:59",
      "2024-02-29T00:00", "2000-02-29T12:00",
    ])
  func roundTrip(text: String) throws {
    #expect(try #require(LocalTime(text)).value == text)
  }

  @Test("The numbers of a date and time end up where they belong")
  func fields() throws {
    let expected = Timestamp.Civil(year: 2026, month: 5, day: 1, hour: 9, minute: 30, second: 15)
    #expect(try #require(LocalTime("2026-05-01T09:30:15")).civil == expected)
    #expect(expected.weekday == 5)
    #expect(LocalTime("2026-05-01T09:30:00")?.value == "2026-05-01T09:30")
    // As people write it who have no field for it.
    #expect(LocalTime("2026-05-01 09:30")?.value == "2026-05-01T09:30")
  }

  @Test(
    "Dates that do not exist and other forms are refused",
    arguments: [
      "", "2026-05-01", "09:30", "2026-05-01_09:30", "2026-05-01t09:30", "2026-5-1T09:30",
      "2026-02-29T09:30", "2100-02-29T09:30", "2026-04-31T09:30", "2026-00-01T09:30",
      "2026-13-01T09:30", "2026-05-00T09:30", "2026-05-32T09:30", "2026-05-01T24:00",
      "2026-05-01T09:60", "2026-05-01T09:30:60", "1969-12-31T23:59", "0000-01-01T00:00",
      "10000-01-01T00:00", "2026-05-01T09:30Z", "2026-05-01T09:30:15.5", " 2026-05-01T09:30",
      "2026-05-01T09:30\n", "-026-05-01T09:30", "+026-05-01T09:30", "2026-05-01T0٩:30",
      "２026-05-01T09:3", String(repeating: "9", count: 1 << 16),
    ])
  func refused(text: String) { #expect(LocalTime(text) == nil) }

  @Test("Any text is read as its own date, or refused")
  func hostileText() {
    var random = SeededRandom(seed: 3)
    let letters = Array("0123456789-:T ".utf8)
    let model = Array("2026-05-01T09:30:15".utf8)
    for _ in 0..<20_000 {
      var text = model
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        text[Int.random(in: 0..<text.count, using: &random)] =
          letters.randomElement(using: &random) ?? 0
      }
      let string = String(
        decoding: text.dropLast(Bool.random(using: &random) ? 3 : 0), as: UTF8.self)
      guard let time = LocalTime(string) else { continue }
      #expect(string.replacing(" ", with: "T").hasPrefix(time.value))
    }
  }

  @Test("A moment is shown as the clocks of a zone show it")
  func shown() throws {
    let moment = Timestamp(try #require(LocalTime("2026-05-01T07:30:59")).civil)
    let berlin = try Zone(named: "Europe/Berlin")
    #expect(berlin.numeric(moment) == "2026-05-01 09:30")
    #expect(berlin.written(moment) == "1 May 2026, 09:30")
    #expect(Zone.utc.written(moment) == "1 May 2026, 07:30")
    #expect(LocalTime(berlin.civil(at: moment)).value == "2026-05-01T09:30:59")
    let samoa = try Zone(named: "Pacific/Apia")
    #expect(samoa.numeric(moment) == "2026-05-01 20:30")
    let months = try (1...12).map { month in
      let date = Timestamp.Civil(year: 2026, month: month, day: 31 - month)
      return try #require(Zone.utc.written(Timestamp(date)).split(separator: ",").first)
    }
    #expect(
      months == [
        "30 January 2026", "1 March 2026", "28 March 2026", "27 April 2026", "26 May 2026",
        "25 June 2026", "24 July 2026", "23 August 2026", "22 September 2026", "21 October 2026",
        "20 November 2026", "19 December 2026",
      ])
  }
}
