import Model
import Octets
import Testing

@testable import Workers

/// Shaping against limits that the engine cannot see, over hours of virtual time.
struct HiddenLimitTests {
  @Test(arguments: [
    (VirtualReceiver.Limit.window(50, seconds: 60), 4.0),
    (.window(50, seconds: 60, countsRefused: true), 4.0),
    (.window(10, seconds: 1), 1.0), (.window(100, seconds: 1), 0.5),
    (.window(300, seconds: 3_600), 24.0), (.window(2_000, seconds: 3_600), 6.0),
    (.window(6, seconds: 60), 12.0),
    (.bucket(perSecond: 1, burst: 10), 4.0), (.bucket(perSecond: 30, burst: 30), 1.0),
    (.window(500, seconds: 600), 8.0),
    (.window(500, seconds: 600, countsRefused: true), 8.0),
    (.window(30, seconds: 300, countsRefused: true), 12.0),
    (.window(300, seconds: 3_600, countsRefused: true), 24.0),
  ])
  func `what goes through is within a tenth of what would go through at best`(
    limit: VirtualReceiver.Limit, hours: Double
  ) {
    let seconds = hours * 3_600
    let capacity = VirtualReceiver(limit).capacity(seconds)
    var run = VirtualRun(
      [VirtualReceiver(limit)], messages: [Int(capacity * 2)], connections: 16)
    run.run(until: seconds)
    let share = Double(run.roads[0].receiver.accepted.count) / capacity
    let refused = Double(run.roads[0].receiver.refused) / capacity
    #expect(share >= 0.9)
    #expect(refused <= 0.1)
    // Nobody is given up.
    #expect(run.roads[0].mostTries < RetrySchedule.standard.mostAttempts)
  }

  @Test func `a limit of how many come at once is found as a rate`() {
    let receiver = VirtualReceiver(.atOnce(3))
    let capacity = receiver.capacity(3_600)
    var run = VirtualRun([receiver], messages: [Int(capacity * 2)], connections: 16)
    run.run(until: 3_600)
    // Messages that come in pairs now and then meet others, so this takes more room.
    #expect(Double(run.roads[0].receiver.accepted.count) >= 0.7 * capacity)
    #expect(Double(run.roads[0].receiver.refused) <= 0.01 * capacity)
  }

  @Test func `other receivers get all they take meanwhile`() {
    var run = VirtualRun(
      [VirtualReceiver(.window(50, seconds: 60)), VirtualReceiver(.none), VirtualReceiver(.none)],
      messages: [2_000, 10_000, 10_000], connections: 8)
    var alone = VirtualRun(
      [VirtualReceiver(.none), VirtualReceiver(.none)], messages: [10_000, 10_000], connections: 8)
    run.run(until: 3_600)
    alone.run(until: 3_600)
    let best = alone.roads.compactMap(\.finishedAt).max() ?? 0
    for road in run.roads[1...] {
      #expect(road.receiver.refused == 0)
      #expect((road.finishedAt ?? .infinity) <= best * 1.1)
    }
    #expect(run.roads[0].receiver.accepted.count > 1_900)
  }

  @Test func `a receiver that takes a minute for each answer has an eighth of the connections`() {
    var run = VirtualRun(
      [VirtualReceiver(.none, service: 60)] + (0..<9).map { _ in VirtualReceiver(.none) },
      messages: [Int](repeating: 300, count: 10), connections: 8)
    var alone = VirtualRun(
      (0..<9).map { _ in VirtualReceiver(.none) }, messages: [Int](repeating: 300, count: 9),
      connections: 8)
    run.run(until: 300)
    alone.run(until: 300)
    #expect(run.roads[0].mostOpen == 1)
    let best = alone.roads.compactMap(\.finishedAt).max() ?? 0
    let last = run.roads[1...].compactMap(\.finishedAt).max() ?? .infinity
    // One of eight connections is elsewhere.
    #expect(last <= best * 8 / 7 * 1.02)
  }

  @Test func `when the limit goes, so does the restraint`() {
    var run = VirtualRun(
      [VirtualReceiver(.window(50, seconds: 60))], messages: [12_000], connections: 16)
    run.run(until: 1_800)
    #expect(run.roads[0].receiver.accepted.count < 1_600)
    run.roads[0].receiver.limit = .none
    run.run(until: 5_400)
    #expect(run.roads[0].receiver.accepted.count == 12_000)
  }

  @Test func `a lower limit is found within minutes, and nobody is worn out`() {
    var run = VirtualRun(
      [VirtualReceiver(.bucket(perSecond: 50, burst: 50))], messages: [1_000_000], connections: 16)
    run.run(until: 1_800)
    run.roads[0].receiver.limit = .window(60, seconds: 60)
    let (accepted, refused) = (
      run.roads[0].receiver.accepted.count, run.roads[0].receiver.refused
    )
    run.run(until: 1_800 + 3_600)
    #expect(run.roads[0].receiver.accepted.count - accepted > 3_000)
    #expect(run.roads[0].receiver.refused - refused < 300)
  }
}
