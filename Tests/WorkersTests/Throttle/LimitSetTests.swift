import Locking
import Model
import Octets
import SMTP
import TestSupport
import Testing

@testable import Workers

/// Several limits at once, against the clock of a server that counts as it likes.
struct LimitSetTests {
  private let clock = HandClock()

  private func allowance(_ limits: SenderLimits, workspace: Int? = nil) -> Allowance {
    let allowance = Throttle(now: clock.now).allowance(sender: .new(), in: .new())
    allowance.limit(sender: limits, workspace: workspace)
    return allowance
  }

  @Test(arguments: 0..<6)
  func `no span that the server chooses sees more than any of the limits`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var limits = SenderLimits()
    limits.perSecond = [nil, 3, 10].randomElement(using: &random) ?? nil
    limits.perMinute = [nil, 40, 90].randomElement(using: &random) ?? nil
    limits.perHour = [nil, 700, 1_500].randomElement(using: &random) ?? nil
    limits.perDay = [4_000, 9_000].randomElement(using: &random)
    let workspace: Int? = [nil, 1_000].randomElement(using: &random) ?? nil
    var allowance = allowance(limits, workspace: workspace)
    let start = clock.now()
    var minutes: [Int: Int] = [:]
    var running: [(end: Timestamp, arrival: Timestamp?, permit: Permit)] = []
    var arrivals: [Timestamp] = []
    func finish(by now: Timestamp) {
      running.sort { $0.end < $1.end }
      while let first = running.first, first.end <= now {
        running.removeFirst()
        clock.set(first.end)
        guard let arrival = first.arrival else { continue }
        first.permit.spend()
        arrivals.append(arrival)
        minutes[Int(first.end.seconds / 60), default: 0] += 1
      }
    }
    while clock.now() < start + .seconds(90_000) {
      let now = clock.now()
      finish(by: now)
      if running.count < 8, let permit = allowance.take() {
        let length = Int64.random(in: 1...2_000, using: &random)
        let arrival = now + .milliseconds(Int64.random(in: 0...length, using: &random))
        let isRefused = Int.random(in: 0..<20, using: &random) == 0
        running.append((now + .milliseconds(length), isRefused ? nil : arrival, permit))
        continue
      }
      if Int.random(in: 0..<500, using: &random) == 0 {
        // A restart: what is under way may have arrived, and what is known is what is written down.
        finish(by: now + .seconds(3))
        running = []
        allowance = self.allowance(limits, workspace: workspace)
        let written = minutes.map { (minute: $0.key, count: $0.value) }
        allowance.restore(sender: written, workspace: written)
      }
      let next = [running.map(\.end).min(), allowance.nextRoom].compactMap { $0 }.min()
      let pause = Int64.random(in: 1...30, using: &random)
      clock.set(max(next ?? now, now + .milliseconds(pause)))
    }
    arrivals.sort()
    #expect(arrivals.count > 3_000)
    for period in LimitPeriod.allCases {
      check(arrivals, most: limits[period], in: period.length)
    }
    check(arrivals, most: workspace, in: .seconds(3_600))
  }

  private func check(_ arrivals: [Timestamp], most: Int?, in length: Duration) {
    guard let most else { return }
    let closest = zip(arrivals, arrivals.dropFirst(most)).map { $1 - $0 }.min()
    if let closest { #expect(closest > length) }
  }

  @Test(arguments: LimitPeriod.allCases)
  func `whoever always asks gets the whole share`(period: LimitPeriod) throws {
    var limits = SenderLimits()
    limits[period] = 100
    let allowance = allowance(limits)
    let start = clock.now()
    var sent = 0
    while clock.now() < start + period.length * 20 {
      if let permit = allowance.take() {
        permit.spend()
        sent += 1
      } else {
        clock.set(try #require(allowance.nextRoom))
      }
    }
    #expect(sent >= 1_900)
  }

  @Test func `the limit that takes longest is the one that is named`() {
    let allowance = allowance(
      SenderLimits(perSecond: 2, perMinute: 3, perHour: 100), workspace: 50)
    allowance.take()?.spend()
    allowance.take()?.spend()
    #expect(allowance.bound == .sender(limit: 2, .second))
    clock.advance(.seconds(2))
    allowance.take()?.spend()
    #expect(allowance.take() == nil)
    #expect(allowance.bound == .sender(limit: 3, .minute))
    allowance.limit(sender: SenderLimits(perMinute: 3), workspace: 2)
    #expect(allowance.bound == .workspace(limit: 2))
  }

  @Test func `one limit that says no leaves the others as they were`() {
    let allowance = allowance(SenderLimits(perSecond: 1, perHour: 10))
    allowance.take()?.spend()
    for _ in 0..<50 { #expect(allowance.take() == nil) }
    allowance.limit(sender: SenderLimits(perHour: 10), workspace: nil)
    #expect(allowance.room == 9)
  }

  @Test func `after a restart the minute that has begun counts from now for a second's limit`() {
    let allowance = allowance(SenderLimits(perSecond: 5, perMinute: 5))
    let minute = Int(clock.now().seconds / 60)
    allowance.restore(sender: [(minute, 5)], workspace: [(minute, 5)])
    #expect(allowance.room == 0)
    allowance.limit(sender: SenderLimits(perSecond: 5), workspace: nil)
    #expect(allowance.room == 0)
    clock.advance(.milliseconds(1_010))
    #expect(allowance.room == 5)
  }
}

/// A second's limit against a real server, by its own clock.
@Suite(.timeLimit(.minutes(1)))
struct SecondLimitTests {
  @Test func `no second at the server sees more than the limit`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 64, domains: 3)
      let arrivals = Lock<[ContinuousClock.Instant]>([])
      let room = Mailroom { moment, _ in
        if moment.isMessage { arrivals.withLock { $0.append(.now) } }
        return .accept
      }
      let allowance = Throttle().allowance(sender: office.campaign.sender, in: office.workspace)
      allowance.limit(sender: SenderLimits(perSecond: 20, connections: 4), workspace: nil)
      try await room.whileServing(on: office.loop) { port in
        let result = try await office.dispatcher(to: port) { $0.allowance = allowance }.send()
        #expect(result.word == "finished")
      }
      let times = arrivals.withLock { $0 }
      #expect(times.count == 64)
      for (early, late) in zip(times, times.dropFirst(20)) { #expect(late - early > .seconds(1)) }
    }
  }
}
