import Model
import Octets
import Storage
import Testing

@Suite("Ending and reviving")
struct EndingTests {
  /// One delivery in each state that can be reached here, queued ones behind.
  private func mixed(_ scene: Scene) async throws {
    let lease = Lease.new()
    _ = try await scene.claim(5, lease: lease)
    try await scene.record(Sample.accepted, of: 1, lease: lease)
    try await scene.record(Sample.refused, of: 2, lease: lease)
    try await scene.record(Verdict(state: .unknown, reason: "no reply"), of: 3, lease: lease)
    try await scene.record(Sample.deferred(until: Scene.start + .seconds(60)), of: 4, lease: lease)
    try await scene.expectBalance()
  }

  private static let before: [Int: DeliveryState] = [
    1: .sent, 2: .failed, 3: .unknown, 4: .deferred, 5: .sending, 6: .queued, 7: .queued,
  ]

  @Test func `what waits is ended, what is under way or over is not`() async throws {
    try await Scene.set(recipients: 7) { scene async throws in
      try await mixed(scene)
      let ended = try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "not sent: wrong password", now: Scene.start)
      #expect(ended == 3)
      let after = Self.before.merging([4: .cancelled, 6: .cancelled, 7: .cancelled]) { $1 }
      #expect(try await scene.states() == after)
      #expect(try await scene.deliveries.nextDue(scene.key) == nil)
      let lines = try await scene.deliveries.report(of: scene.key, after: 5, limit: 9)
      #expect(lines.map(\.reason) == ["not sent: wrong password", "not sent: wrong password"])
      let again = try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "again", now: Scene.start)
      #expect(again == 0)
    }
  }

  @Test func `what was ended comes back due, its tries still counted`() async throws {
    try await Scene.set(recipients: 7) { scene async throws in
      try await mixed(scene)
      try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "r", now: Scene.start)
      let now = Scene.start + .seconds(5)
      try await scene.deliveries.revive(.cancelled, of: scene.key, now: now)
      try await scene.expectBalance()
      #expect(try await scene.counts()[.deferred] == 3)
      #expect(try await scene.claim(9, lease: .new(), at: Scene.start) == [])
      let claim = try await scene.deliveries.claim(
        9, of: scene.key, after: 0, lease: .new(), now: now)
      #expect(claim.claimed.map(\.number) == [4, 6, 7])
      #expect(claim.claimed.map(\.attempts) == [1, 0, 0])
      let lines = try await scene.deliveries.report(of: scene.key, after: 5, limit: 9)
      #expect(lines.allSatisfy { $0.reason.isEmpty })
    }
  }

  @Test(arguments: [DeliveryState.failed, .unknown])
  func `who asks gets failed or doubtful ones tried again`(_ state: DeliveryState) async throws {
    try await Scene.set(recipients: 7) { scene async throws in
      try await mixed(scene)
      try await scene.deliveries.revive(state, of: scene.key, now: Scene.start)
      try await scene.expectBalance()
      let number = state == .failed ? 2 : 3
      #expect(try await scene.states()[number] == .deferred)
      let lease = Lease.new()
      let claim = try await scene.deliveries.claim(
        1, of: scene.key, after: 99, lease: lease, now: Scene.start)
      #expect(claim.claimed.map(\.number) == [number])
      #expect(claim.claimed.map(\.attempts) == [1])
      let receipt = try await scene.record(Sample.accepted, of: number, attempt: 2, lease: lease)
      #expect(receipt.outcomeStands)
    }
  }

  @Test(arguments: [DeliveryState.sent, .queued, .skipped])
  func `what is not over, or is over for good, is not revived`(_ state: DeliveryState) async throws
  {
    try await Scene.set(recipients: 7) { scene async throws in
      try await mixed(scene)
      // A skipped one as well.
      try await scene.store.audiences.store(
        [Sample.row(line: 99, "nobody")], of: scene.audience, state: .ready)
      _ = try await scene.deliveries.planNext(9, of: scene.campaign)
      let before = try await scene.states()
      try await scene.deliveries.revive(state, of: scene.key, now: Scene.start)
      let after = try await scene.states()
      do {
        #expect(after == before)
      }
    }
  }

  @Test(arguments: [DeliveryState.sent, .unknown, .failed])
  func `queued deliveries end in no state that they may not reach`(
    _ state: DeliveryState
  ) async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      try await scene.deliveries.endUnsent(of: scene.key, as: state, reason: "r", now: Scene.start)
      let after = try await scene.states()
      do {
        #expect(after == [1: .queued, 2: .queued, 3: .queued])
      }
    }
  }

  @Test func `other campaigns neither end nor revive`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let twin = try await scene.twin(recipients: 3)
      try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "r", now: Scene.start)
      #expect(try await twin.counts()[.queued] == 3)
      try await twin.deliveries.revive(.cancelled, of: twin.key, now: Scene.start)
      #expect(try await scene.counts()[.cancelled] == 3)
      try await twin.expectBalance()
    }
  }
}
