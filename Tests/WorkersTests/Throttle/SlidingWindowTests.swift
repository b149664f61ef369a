import Model
import Octets
import TestSupport
import Testing

@testable import Workers

struct SlidingWindowTests {
  private let start = Timestamp(seconds: 1_800_000_000)

  @Test func `without a limit there is always room, and what has left is counted all the same`() {
    let hour = Watched()
    for _ in 0..<50 {
      #expect(hour.take(now: start))
      hour.spend(now: start)
    }
    #expect(hour.room(now: start) == .max)
    hour.limit = 60
    #expect(hour.room(now: start) == 10)
    #expect(hour.room(now: start + .seconds(3_602)) == 60)
  }

  @Test func `a place is held from the permit until an hour after the outcome`() {
    let hour = Watched(limit: 1)
    #expect(hour.take(now: start))
    #expect(!hour.take(now: start + .seconds(7_200)))
    #expect(hour.nextRoom(now: start) == nil)
    let outcome = start + .seconds(7_300)
    hour.spend(now: outcome)
    #expect(!hour.take(now: outcome + .seconds(3_600)))
    let next = hour.nextRoom(now: outcome)
    #expect(next == outcome + SlidingWindow(.hour).span)
    #expect(hour.take(now: outcome + SlidingWindow(.hour).span))
  }

  @Test func `a place that was not used is free at once`() {
    let hour = Watched(limit: 2)
    #expect(hour.take(now: start))
    #expect(hour.take(now: start))
    #expect(!hour.take(now: start))
    hour.giveBack()
    #expect(hour.take(now: start))
  }

  @Test func `a lower limit holds from the next message on`() {
    let hour = Watched(limit: 10)
    hour.add(8, leftBy: start)
    hour.limit = 5
    #expect(hour.room(now: start) == 0)
    #expect(hour.nextRoom(now: start) == start + SlidingWindow(.hour).span)
    hour.limit = 0
    #expect(hour.room(now: start + .seconds(9_999)) == 0)
    #expect(hour.nextRoom(now: start + .seconds(9_999)) == nil)
  }

  @Test func `a clock that is set back frees nothing`() {
    let hour = Watched(limit: 1)
    hour.add(1, leftBy: start)
    hour.add(1, leftBy: start + .seconds(-9_000))
    #expect(hour.room(now: start + .seconds(3_599)) == 0)
    #expect(hour.room(now: start + SlidingWindow(.hour).span) == 1)
  }

  @Test(arguments: [1, 2, 7, 10, 100])
  func `no hour that the server chooses sees more than the limit`(limit: Int) {
    // Messages of all lengths by several connections over two days; the server counts a message at
    // any moment between its permit and its outcome.
    var random = SeededRandom(seed: UInt64(limit))
    let hour = Watched(limit: limit)
    var now = start
    var ends: [(outcome: Timestamp, arrival: Timestamp?)] = []
    var arrivals: [Timestamp] = []
    while now < start + .seconds(2 * 86_400) {
      now = now + .milliseconds(Int64.random(in: 1...200_000, using: &random) / Int64(limit))
      ends.sort { $0.outcome < $1.outcome }
      while let first = ends.first, first.outcome <= now {
        ends.removeFirst()
        if let arrival = first.arrival {
          hour.spend(now: first.outcome)
          arrivals.append(arrival)
        } else {
          hour.giveBack()
        }
      }
      guard ends.count < 8, hour.take(now: now) else { continue }
      let length = Int64.random(in: 1...900_000, using: &random)
      let arrival = now + .milliseconds(Int64.random(in: 0...length, using: &random))
      let isRefused = Int.random(in: 0..<10, using: &random) == 0
      ends.append((now + .milliseconds(length), isRefused ? nil : arrival))
    }
    arrivals.sort()
    #expect(arrivals.count > limit * 20)
    for (early, late) in zip(arrivals, arrivals.dropFirst(limit)) {
      #expect(late - early > .seconds(3_600))
    }
  }

  @Test func `whoever always asks gets the whole share, hour after hour`() throws {
    let hour = Watched(limit: 10)
    var now = start
    var sent = 0
    while now < start + .seconds(10 * 3_600) {
      if hour.take(now: now) {
        hour.spend(now: now)
        sent += 1
      } else {
        now = try #require(hour.nextRoom(now: now))
      }
    }
    // Ten at once, and ten more each hour and a second.
    #expect(sent == 100)
  }

  @Test(arguments: [0, 1, 9, 10, 11, 25, 1_000])
  func `the last departure is foretold`(count: Int) throws {
    let hour = Watched(limit: 10)
    for index in 0..<7 { hour.add(1, leftBy: start + .seconds(Int64(index) * 100)) }
    var now = start + .seconds(1_000)
    let foretold = hour.departure(ofLast: count, now: now)
    var last = now
    for _ in 0..<count {
      while !hour.take(now: now) { now = try #require(hour.nextRoom(now: now)) }
      hour.spend(now: now)
      last = now
    }
    #expect(abs((foretold - last) / .seconds(1)) < 200)
    #expect(count <= 3 ? foretold == last : foretold >= start + .seconds(3_600))
  }

  @Test func `an hour of many messages takes little room`() {
    let hour = Watched(limit: 1_000_000)
    for index in 0..<500_000 {
      hour.add(1, leftBy: start + .milliseconds(Int64(index) * 10))
    }
    #expect(hour.room(now: start + .seconds(5_000)) >= 1_000_000 - 360_200)
    #expect(hour.room(now: start + .seconds(5_000)) <= 1_000_000 - 359_900)
  }
}

/// A window that expectations may ask, although asking changes it.
private final class Watched {
  private var window: SlidingWindow

  init(_ period: LimitPeriod = .hour, limit: Int? = nil) {
    window = SlidingWindow(period, limit: limit)
  }

  var limit: Int? {
    get { window.limit }
    set { window.limit = newValue }
  }

  func take(now: Timestamp) -> Bool {
    guard window.room(now: now) > 0 else { return false }
    window.hold()
    return true
  }
  func spend(now: Timestamp) { window.spend(now: now) }
  func giveBack() { window.giveBack() }
  func add(_ count: Int, leftBy moment: Timestamp) { window.add(count, leftBy: moment) }
  func room(now: Timestamp) -> Int { window.room(now: now) }
  func nextRoom(now: Timestamp) -> Timestamp? { window.nextRoom(now: now) }
  func departure(ofLast count: Int, now: Timestamp) -> Timestamp {
    window.departure(ofLast: count, now: now)
  }
}
