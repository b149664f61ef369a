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
    (.window(300, seconds: 3_600), 24.0), (.window(2_000, seconds: 3_600), 12.0),
    (.window(6, seconds: 60), 12.0),
    (.bucket(perSecond: 1, burst: 10), 4.0), (.bucket(perSecond: 30, burst: 30), 1.0),
    (.window(500, seconds: 600), 8.0),
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
    print("XX", limit, hours, share, refused, run.roads[0].mostTries)
    #expect(share >= 0.9)
    #expect(refused <= 0.1)
    // Nobody is given up.
    #expect(run.roads[0].mostTries < RetrySchedule.standard.waits.count)
  }
}
