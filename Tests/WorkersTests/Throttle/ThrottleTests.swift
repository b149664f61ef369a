import Locking
import Model
import Octets
import Testing

@testable import Workers

struct ThrottleTests {
  private let clock = HandClock()
  private let house = Identifier.new()
  private let ada = Identifier.new()
  private let bob = Identifier.new()

  private func allowance(
    _ throttle: Throttle, _ sender: Identifier, own: Int?, all: Int?
  ) -> Allowance {
    let allowance = throttle.allowance(sender: sender, in: house)
    allowance.limit(sender: SenderLimits(perHour: own), workspace: all)
    return allowance
  }

  @Test func `a sender's limit holds over all its campaigns, and for it alone`() {
    let throttle = Throttle(now: clock.now)
    let first = allowance(throttle, ada, own: 3, all: nil)
    let second = allowance(throttle, ada, own: 3, all: nil)
    let other = allowance(throttle, bob, own: 3, all: nil)
    let permits = [first.take(), second.take(), first.take()]
    #expect(permits.allSatisfy { $0 != nil })
    #expect(second.take() == nil)
    #expect(second.bound == .sender(limit: 3, .hour))
    #expect(other.room == 3)
  }

  @Test func `a workspace's limit holds over all its senders`() {
    let throttle = Throttle(now: clock.now)
    let first = allowance(throttle, ada, own: 10, all: 4)
    let second = allowance(throttle, bob, own: nil, all: 4)
    let permits = [first.take(), second.take(), first.take(), second.take()]
    #expect(permits.allSatisfy { $0 != nil })
    #expect(first.take() == nil)
    #expect(second.take() == nil)
    #expect(first.bound == .workspace(limit: 4))
    for permit in permits { permit?.spend() }
    #expect(first.nextRoom == clock.now() + SlidingWindow(.hour).span)
    clock.advance(SlidingWindow(.hour).span)
    #expect(first.room == 4)
  }

  @Test func `counts that nobody uses are let go, and those in use are not`() {
    let throttle = Throttle(now: clock.now)
    var kept: Allowance? = allowance(throttle, ada, own: 5, all: nil)
    #expect(throttle.scopeCount == 2)
    do {
      let other = allowance(throttle, bob, own: 5, all: nil)
      other.take()?.spend()
      #expect(throttle.scopeCount == 3)
    }
    // What has left within the day counts on.
    throttle.sweep()
    #expect(throttle.scopeCount == 3)
    #expect(allowance(throttle, bob, own: 5, all: nil).room == 4)
    clock.advance(SlidingWindow(.day).span)
    clock.advance(.seconds(60))
    throttle.sweep()
    #expect(throttle.scopeCount == 2)
    // Whoever holds one shares it with those who come later.
    let permit = kept?.take()
    #expect(allowance(throttle, ada, own: 5, all: nil).room == 4)
    kept = nil
    throttle.sweep()
    #expect(throttle.scopeCount == 2)
    permit?.spend()
    clock.advance(SlidingWindow(.day).span)
    clock.advance(.seconds(60))
    #expect(permit != nil)
  }

  @Test func `when the last permit is gone, so is the hour`() {
    let throttle = Throttle(now: clock.now)
    do {
      let permit = allowance(throttle, ada, own: 5, all: nil).take()
      throttle.sweep()
      #expect(throttle.scopeCount == 2)
      #expect(permit != nil)
    }
    throttle.sweep()
    #expect(throttle.scopeCount == 0)
  }

  @Test func `who lets go of a permit has given it back, unless it is spent`() {
    let throttle = Throttle(now: clock.now)
    let allowance = allowance(throttle, ada, own: 1, all: 1)
    do {
      let permit = allowance.take()
      #expect(permit != nil)
      #expect(allowance.room == 0)
    }
    #expect(allowance.room == 1)
    do {
      let permit = allowance.take()
      permit?.spend()
      permit?.spend()
    }
    #expect(allowance.room == 0)
  }

  @Test func `one limit that says no leaves the other as it was`() {
    let throttle = Throttle(now: clock.now)
    let narrow = allowance(throttle, ada, own: 9, all: 0)
    for _ in 0..<20 { #expect(narrow.take() == nil) }
    narrow.limit(sender: SenderLimits(perHour: 9), workspace: nil)
    #expect(narrow.room == 9)
  }

  @Test func `after a restart what left before counts until an hour after its minute's end`() {
    let throttle = Throttle(now: clock.now)
    let minute = Int(clock.now().seconds / 60)
    let allowance = allowance(throttle, ada, own: 10, all: 12)
    #expect(!allowance.isRestored)
    allowance.restore(
      sender: [(minute, 3), (minute - 30, 4)], workspace: [(minute, 5), (minute - 30, 5)])
    #expect(allowance.isRestored)
    #expect(allowance.room == 2)
    // Once only, however many campaigns begin.
    allowance.restore(sender: [(minute, 3)], workspace: [(minute, 3)])
    #expect(allowance.room == 2)
    let end = Timestamp(seconds: Int64(minute - 29) * 60)
    clock.advance(end + .seconds(3_600) - clock.now())
    #expect(allowance.room == 2)
    clock.advance(.seconds(1))
    #expect(allowance.room == 7)
  }
}

/// A clock that goes when it is told to.
struct HandClock: Sendable {
  private let moment = Lock(Timestamp(seconds: 1_800_000_000))

  var now: @Sendable () -> Timestamp { { [moment] in moment.withLock { $0 } } }

  func advance(_ time: Duration) { moment.withLock { $0 = $0 + time } }

  func set(_ now: Timestamp) { moment.withLock { $0 = max($0, now) } }
}
