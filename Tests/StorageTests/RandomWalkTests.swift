import Model
import Octets
import Storage
import TestSupport
import Testing

@Suite("A random walk")
struct RandomWalkTests {
  @Test(arguments: [1, 2, 3] as [UInt64], [InDoubtPolicy.hold, .resend])
  func `the books balance after each of 500 operations`(
    _ seed: UInt64, _ policy: InDoubtPolicy
  ) async throws {
    let journaling: Ledger.Journaling = seed == 2 ? .whenItPays : .always
    try await Scene.set(inDoubt: policy, journaling: journaling) { scene async throws in
      let rows = (2..<62).map { line in
        line.isMultiple(of: 9) ? Sample.row(line: line, "nobody") : Sample.row(line: line)
      }
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      var walk = Walk(scene: scene, random: SeededRandom(seed: seed))
      for step in 0..<500 {
        let before = try await scene.states()
        let operation = try await walk.step()
        try await scene.expectBalance()
        let after = try await scene.states()
        for (number, state) in after {
          guard let old = before[number] else {
            #expect(state == .queued || state == .skipped, "\(seed)/\(step) \(operation)")
            continue
          }
          #expect(
            old == state || old.next.contains(state),
            "\(seed)/\(step) \(operation): \(number) went from \(old) to \(state)")
        }
        #expect(after.count >= before.count)
      }
      // The walk went through all it can reach.
      #expect(walk.operations.count == 13)
      let counts = try await scene.counts()
      #expect(counts.total == 60)
      #expect(counts[.sent] > 0)
    }
  }
}

/// Operations on one campaign in an order that depends on a seed alone.
private struct Walk {
  let scene: Scene
  var random: SeededRandom
  var leases = [Lease(token: 11), Lease(token: 22), Lease(token: 33)]
  var now = Scene.start
  /// What has been done so far, and how often.
  var operations: [String: Int] = [:]

  mutating func step() async throws -> String {
    now = now + .seconds(Int.random(in: 0...20, using: &random))
    let operation = try await act()
    operations[operation, default: 0] += 1
    return operation
  }

  private mutating func act() async throws -> String {
    let lease = leases[Int.random(in: 0..<3, using: &random)]
    let (key, deliveries) = (scene.key, scene.deliveries)
    switch Int.random(in: 0..<46, using: &random) {
    case 0...3:
      _ = try await deliveries.planNext(Int.random(in: 1...5, using: &random), of: scene.campaign)
      return "plan"
    case 4...11:
      _ = try await deliveries.claim(
        Int.random(in: 0...6, using: &random), of: key,
        after: Bool.random(using: &random) ? 0 : number(), lease: lease, now: now)
      return "claim"
    case 12...14:
      try await deliveries.release([number(), number(), number()], of: key, lease: lease)
      return "release"
    case 15...34:
      try await record(lease)
      return "record"
    case 35:
      _ = try await deliveries.recover(scene.campaign, now: now)
      return "recover"
    case 36:
      try await deliveries.endUnsent(of: key, as: .cancelled, reason: "ended", now: now)
      return "end"
    case 37:
      try await deliveries.revive(.cancelled, of: key, now: now)
      return "revive cancelled"
    case 40, 41:
      let isMoved = try await deliveries.sendNow(key, number(), now: now)
      return isMoved ? "send now" : "send now, too late"
    case 42:
      _ = try await deliveries.retry(.temporaryFailures, of: key, now: now)
      return "retry failed"
    case 43:
      _ = try await deliveries.retry(.cancelled, of: key, now: now)
      return "retry cancelled"
    case 44, 45:
      return try await act()
    case 38:
      try await deliveries.revive(.failed, of: key, now: now)
      return "revive failed"
    default:
      try await deliveries.revive(.unknown, of: key, now: now)
      return "revive unknown"
    }
  }

  private mutating func number() -> Int { Int.random(in: 1...60, using: &random) }

  /// An outcome, an intent or both, of deliveries that are being sent or of any; the lease may be
  /// the right one.
  private mutating func record(_ lease: Lease) async throws {
    let report = try await scene.deliveries.report(of: scene.key, after: 0, limit: 100)
    let sending = report.filter { $0.state == .sending }
    let isAny = sending.isEmpty || Int.random(in: 0..<5, using: &random) == 0
    let pick = (isAny ? report : sending).randomElement(using: &random)
    let kind = Int.random(in: 0..<4, using: &random)
    var outcome: Ledger.Outcome?
    if let pick, kind > 0 {
      outcome = Ledger.Outcome(
        number: pick.number, lease: lease, attempt: pick.attempts + 1, verdict: verdict(),
        server: [], startedAt: now, finishedAt: now)
    }
    var intent: Ledger.Intent?
    if kind < 2 {
      let next = sending.randomElement(using: &random)?.number ?? number()
      intent = Ledger.Intent(number: next, lease: lease, at: now)
    }
    _ = try await scene.store.ledger.record(
      outcome, thenIntent: intent, of: scene.key, sender: scene.campaign.sender)
  }

  private mutating func verdict() -> Verdict {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: Sample.accepted
    case 1: Sample.refused
    case 2: Verdict(state: .unknown, reason: "no reply")
    default: Sample.deferred(until: now + .seconds(Int.random(in: 0...60, using: &random)))
    }
  }
}
