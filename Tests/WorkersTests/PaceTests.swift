import Octets
import Testing

@testable import Workers

struct PaceTests {
  private let start = Timestamp(seconds: 1_800_000_000)

  /// When messages would leave, for someone who asks again as soon as he is told.
  private func departures(_ perSecond: Double, _ count: Int) -> [Timestamp] {
    let pace = Pace(perSecond: perSecond, now: start)
    var now = start
    return (0..<count).map { _ in
      while let wait = pace.take(now: now) { now = now + wait }
      return now
    }
  }

  @Test func `without a limit nobody waits`() {
    let pace = Pace(perSecond: nil, now: start)
    for _ in 0..<1_000 { #expect(pace.take(now: start) == nil) }
  }

  @Test(arguments: [0.5, 1, 3, 7, 50, 333.3, 10_000])
  func `no second sees more than its share`(perSecond: Double) {
    let times = departures(perSecond, 2_000)
    let share = Int(perSecond.rounded(.up))
    for (early, late) in zip(times, times.dropFirst(share)) {
      // A microsecond is what the clock can tell apart.
      #expect(late - early >= .microseconds(999_999 - share))
    }
  }

  @Test(arguments: [0.5, 1, 50, 333.3])
  func `whoever always asks gets the whole share`(perSecond: Double) {
    let times = departures(perSecond, 501)
    #expect(times[0] == start)
    let seconds = (times[500] - start) / .seconds(1)
    #expect(abs(seconds - 500 / perSecond) < 0.01 * 500 / perSecond)
  }

  @Test func `a pause saves up one message and no more`() {
    let pace = Pace(perSecond: 10, now: start)
    let later = start + .seconds(3_600)
    #expect(pace.take(now: later) == nil)
    #expect(pace.take(now: later) == .milliseconds(100))
  }

  @Test func `a clock that is set back gives nothing away`() {
    let pace = Pace(perSecond: 1, now: start)
    #expect(pace.take(now: start) == nil)
    #expect(pace.take(now: start + .seconds(-3_600)) == .seconds(1))
    #expect(pace.take(now: start + .seconds(-3_600)) == .seconds(1))
  }

  @Test func `a rate of next to nothing makes one wait`() async {
    do {
      await #expect(processExitsWith: .success) {
        let start = Timestamp(seconds: 1_800_000_000)
        let pace = Pace(perSecond: 1e-15, now: start)
        _ = pace.take(now: start)
        _ = pace.take(now: start)
      }
    }
  }
}
