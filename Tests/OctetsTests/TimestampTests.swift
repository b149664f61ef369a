import Octets
import TestSupport
import Testing

struct TimestampTests {
  @Test("A date becomes its moment in UTC")
  func fromCivil() {
    let cases: [(Timestamp.Civil, Int64)] = [
      (.init(year: 1970, month: 1, day: 1), 0),
      (.init(year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59), -1),
      (.init(year: 2000, month: 2, day: 29), 951_782_400),
      (.init(year: 2000, month: 3, day: 1), 951_868_800),
      (.init(year: 1900, month: 3, day: 1), -2_203_891_200),
      (.init(year: 2026, month: 5, day: 1, hour: 9, minute: 30), 1_777_627_800),
      (.init(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59), 253_402_300_799),
    ]
    for (civil, seconds) in cases {
      #expect(Timestamp(civil) == Timestamp(seconds: seconds), "\(civil)")
      #expect(Timestamp(seconds: seconds).civil == civil)
    }
  }

  @Test("Any moment comes back from its date, weekday and all")
  func roundTrip() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<20_000 {
      let moment = Timestamp(
        seconds: Int64.random(in: -9_000_000_000_000...9_000_000_000_000, using: &random))
      let civil = moment.civil
      #expect(Timestamp(civil) == moment)
      let again = Timestamp.Civil(
        year: civil.year, month: civil.month, day: civil.day, hour: civil.hour,
        minute: civil.minute, second: civil.second)
      #expect(again == civil)
    }
  }

  @Test("Numbers beyond their range carry over")
  func carrying() {
    func moment(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0) -> Timestamp {
      Timestamp(Timestamp.Civil(year: year, month: month, day: day, hour: hour))
    }
    #expect(moment(2026, 4, 31) == moment(2026, 5, 1))
    #expect(moment(2026, 13, 1) == moment(2027, 1, 1))
    #expect(moment(2026, 0, 1) == moment(2025, 12, 1))
    #expect(moment(2026, -11, 1) == moment(2025, 1, 1))
    #expect(moment(2026, 1, 1, -1) == moment(2025, 12, 31, 23))
    #expect(moment(2023, 2, 29) == moment(2023, 3, 1))
  }

  @Test("Clocks ahead of UTC show a time before UTC does")
  func offset() {
    let civil = Timestamp.Civil(year: 2026, month: 5, day: 1, hour: 9, minute: 30)
    #expect(Timestamp(civil, offset: 7_200).rfc3339 == "2026-05-01T07:30:00Z")
    #expect(Timestamp(civil, offset: -19_800).rfc3339 == "2026-05-01T15:00:00Z")
  }

  @Test("Dates beyond what can be counted are the first or the last moment")
  func saturation() {
    let last = Timestamp(microseconds: .max)
    let first = Timestamp(microseconds: .min)
    for field in 0..<6 {
      for number in [Int.max, Int.min] {
        var numbers = [2026, 5, 1, 9, 30, 0]
        numbers[field] = number
        let civil = Timestamp.Civil(
          year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3],
          minute: numbers[4], second: numbers[5])
        #expect((0...6).contains(civil.weekday))
        #expect(Timestamp(civil) == (number > 0 ? last : first))
      }
    }
    #expect(
      Timestamp(Timestamp.Civil(year: 2026, month: 1, day: 1), offset: .min) == last)
  }

  @Test("The first and the last moment have a date")
  func extremes() {
    #expect(Timestamp(microseconds: .min).civil.year == -290_308)
    #expect(Timestamp(microseconds: .max).civil.year == 294_247)
  }
}
