import Locking
import Model
import Octets
import Testing

@testable import Workers

/// What waits for its receiver, by a clock that the test turns on.
struct BacklogTests {
  private let clock = HandClock()
  private let shaper = Shaper()

  private func feed() -> Feed { Feed(shaper: shaper, connections: 8, now: clock.now) }

  private func deliveries(_ numbers: some Sequence<Int>) -> [ClaimedDelivery] {
    numbers.map { number in
      let domain = number % 10 == 0 ? "slow.example" : "quick\(number % 10).example"
      return ClaimedDelivery(
        number: number, email: Array("p\(number)@\(domain)".utf8), fields: [], attempts: 0)
    }
  }

  private func lane(_ domain: String) throws -> Lane {
    try #require(shaper.lanes(of: [Array("x@\(domain)".utf8)]).first)
  }

  /// Has slow.example refuse a message, or take one.
  private func hear(_ signal: ReplySignal) throws {
    let lane = try lane("slow.example")
    let road = Lane.Road(connections: 8, isMixed: true, quickest: 0.01)
    let begun = clock.now()
    #expect(lane.begin(now: begun, on: road, follows: false) == .go)
    clock.advance(.milliseconds(10))
    _ = lane.end(signal, begun: begun, now: clock.now(), freesConnection: true)
  }

  /// Takes all that may go and says that it was accepted.
  private func takeAll(_ feed: Feed) -> [Int] {
    var numbers: [Int] = []
    while let handout = feed.takeIfAny() {
      numbers.append(handout.delivery.number)
      handout.pass.heard(.accepted, ofServer: false, now: clock.now())
    }
    return numbers
  }

  @Test func `who waits for a blocked receiver is passed over, goes home once and comes in order`()
    throws
  {
    try hear(.slowDown)
    let feed = feed()
    feed.add(deliveries(1...1_000))
    #expect(takeAll(feed) == (1...1_000).filter { $0 % 10 != 0 })
    let home = feed.takeHomeward()
    // A few stay at hand.
    #expect(home.count >= 90 && home.count < 100)
    #expect(home.allSatisfy { $0.due >= clock.now() + .seconds(30) })
    #expect(zip(home, home.dropFirst()).allSatisfy { $0.due <= $1.due })
    #expect(feed.takeHomeward().isEmpty)
    #expect(takeAll(feed).isEmpty)
    #expect(
      feed.hindrances(now: clock.now()).map(\.waiting) == [100])
    // It is asked again, first with one message.
    let ready = try #require(feed.readyAt(now: clock.now()))
    clock.set(ready)
    let probe = try #require(feed.takeIfAny())
    #expect(probe.delivery.number == 10)
    #expect(feed.takeIfAny() == nil)
    probe.pass.heard(.accepted, ofServer: false, now: clock.now())
    var numbers = [10]
    var recalled: [Int] = []
    for _ in 0..<5_000 where numbers.count < 100 {
      clock.advance(.milliseconds(500))
      let more = feed.recall()
      recalled += more
      feed.add(deliveries(more))
      numbers += takeAll(feed)
    }
    #expect(numbers == (1...100).map { $0 * 10 })
    #expect(recalled == home.map(\.number))
    #expect(feed.readyAt(now: clock.now()) == nil)
    #expect(feed.claimedCount == 0)
  }

  @Test func `the rate of a receiver is kept by all its campaigns together`() throws {
    try hear(.slowDown)
    clock.set(try lane("slow.example").ready(now: clock.now()))
    try hear(.accepted)
    let rate = try #require(
      lane("slow.example").flow(
        on: Lane.Road(connections: 8, isMixed: true, quickest: 0.01)) as Double?)
    let feeds = [feed(), feed()]
    for feed in feeds { feed.add(deliveries((1...500).map { $0 * 10 })) }
    var count = 0
    for _ in 0..<1_000 {
      clock.advance(.milliseconds(50))
      for feed in feeds {
        feed.add(deliveries(feed.recall()))
        count += takeAll(feed).count
        _ = feed.takeHomeward()
      }
    }
    #expect(Double(count) <= rate * 50 + 1)
    #expect(Double(count) >= rate * 50 * 0.8)
  }

  @Test func `when the sender's own server wants less, everybody waits and nothing goes home`()
    throws
  {
    let feed = feed()
    feed.add(deliveries(1...20))
    let first = try #require(feed.takeIfAny())
    first.pass.heard(.slowDown, ofServer: true, now: clock.now())
    #expect(feed.takeIfAny() == nil)
    #expect(feed.takeHomeward().isEmpty)
    let until = try #require(feed.serverReadyAt)
    #expect(until > clock.now())
    #expect(feed.hindrances(now: clock.now()).map(\.domain) == [[]])
    clock.set(until)
    let probe = try #require(feed.takeIfAny())
    #expect(feed.takeIfAny() == nil)
    // Whatever becomes of its recipient: the server has taken it.
    probe.pass.heard(.none, ofServer: false, now: clock.now())
    #expect(feed.takeIfAny() == nil)
    clock.advance(.seconds(2))
    #expect(feed.takeIfAny() != nil)
  }

  @Test func `behind a message that is kept waiting nobody else waits`() throws {
    let feed = feed()
    feed.add(deliveries(1...30))
    var slow: Feed.Handout?
    while slow == nil, let handout = feed.takeIfAny() {
      if handout.delivery.number == 10 {
        slow = handout
      } else {
        handout.pass.heard(.accepted, ofServer: false, now: clock.now())
      }
    }
    let pass = try #require(slow).pass
    // At first nobody knows.
    #expect(feed.takeIfAny(after: pass)?.delivery.number == 11)
    clock.advance(.seconds(5))
    #expect(feed.takeIfAny(after: pass) == nil)
    #expect(feed.takeIfAny()?.delivery.number == 12)
  }

  @Test func `numbers come back in order and once`() {
    var numbers = ParkedNumbers()
    numbers.add([5, 9, 12])
    numbers.add([1, 9, 3])
    #expect(numbers.take(2) == [1, 3])
    numbers.add([2])
    #expect(numbers.take(100) == [2, 5, 9, 12])
    #expect(numbers.isEmpty)
    for _ in 0..<50 { numbers.add(Array(1...1_000)) }
    #expect(numbers.count < 4_000)
    #expect(numbers.take(5_000) == Array(1...1_000))
  }

  @Test func `domains that nothing is known of are let go`() {
    for round in 0..<30 {
      _ = shaper.lanes(
        of: (0..<1_000).map { Array("a@d\(round)-\($0).example".utf8) })
    }
    #expect(shaper.laneCount <= Shaper.mostNames)
  }
}
