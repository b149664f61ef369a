import Database
import Model
import Octets
import Storage
import Testing

@Suite("After a crash")
struct RecoveryTests {
  private static let reason = "the program ended before the server's reply was recorded"
  private static let now = Scene.start + .seconds(100)

  /// Five deliveries: sent, with intent, claimed twice over, queued.
  private func crashed(_ scene: Scene) async throws {
    let lease = Lease.new()
    _ = try await scene.claim(4, lease: lease)
    try await scene.record(Sample.accepted, of: 1, lease: lease)
    try await scene.intend(2, lease: lease)
    try await scene.expectBalance()
  }

  @Test func `under hold, an intent without outcome stays in doubt`() async throws {
    try await Scene.set(inDoubt: .hold, recipients: 5) { scene async throws in
      try await crashed(scene)
      let settled = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      #expect(settled == (2, 1))
      #expect(
        try await scene.states() == [1: .sent, 2: .unknown, 3: .queued, 4: .queued, 5: .queued])
      let line = try await scene.deliveries.report(of: scene.key, after: 1, limit: 1).first
      #expect(line?.reason == Self.reason)
      #expect(line?.attempts == 1)
      #expect(line?.sentAt == nil)
      #expect(
        try await scene.claim(9, lease: .new(), at: Self.now + .seconds(999_999)) == [3, 4, 5])
    }
  }

  @Test func `under resend, it is due at once`() async throws {
    try await Scene.set(inDoubt: .resend, recipients: 5) { scene async throws in
      try await crashed(scene)
      let settled = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      #expect(settled == (2, 1))
      #expect(try await scene.states()[2] == .deferred)
      #expect(try await scene.deliveries.nextDue(scene.key) == Self.now)
      let claim = try await scene.deliveries.claim(
        9, of: scene.key, after: 0, lease: .new(), now: Self.now)
      #expect(claim.claimed.map(\.number) == [2, 3, 4, 5])
      #expect(claim.claimed.map(\.attempts) == [1, 0, 0, 0])
    }
  }

  @Test(arguments: [InDoubtPolicy.hold, .resend])
  func `the lost try is written down as in doubt`(_ policy: InDoubtPolicy) async throws {
    try await Scene.set(inDoubt: policy, recipients: 5) { scene async throws in
      try await crashed(scene)
      _ = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      let attempts = try await scene.attempts()
      #expect(attempts.count == 2)
      let lost = try #require(attempts.last)
      let numbers = try ["number", "attempt", "state"].map { try lost.integer($0) }
      #expect(numbers == [2, 1, DeliveryState.unknown.rawValue])
      #expect(try lost.text("reason") == Self.reason)
      #expect(try lost.integer("started_at") == Int(Scene.start.microseconds))
      #expect(try lost.integer("finished_at") == Int(Self.now.microseconds))
      #expect(try lost.octets("sender_id") == scene.campaign.sender.octets)
    }
  }

  @Test(arguments: [InDoubtPolicy.hold, .resend])
  func `the second time there is nothing to settle`(_ policy: InDoubtPolicy) async throws {
    try await Scene.set(inDoubt: policy, recipients: 5) { scene async throws in
      try await crashed(scene)
      _ = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      let states = try await scene.states()
      let again = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      #expect(again == (0, 0))
      #expect(try await scene.states() == states)
      #expect(try await scene.attempts().count == 2)
    }
  }

  @Test func `crash after crash, the tries are numbered on`() async throws {
    try await Scene.set(inDoubt: .resend, recipients: 1) { scene async throws in
      for _ in 0..<2 {
        let lease = Lease.new()
        let claimed = try await scene.claim(1, lease: lease, at: Self.now)
        #expect(claimed == [1])
        try await scene.intend(1, lease: lease)
        let settled = try await scene.deliveries.recover(scene.campaign, now: Self.now)
        #expect(settled == (0, 1))
        try await scene.expectBalance()
      }
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease, at: Self.now)
      let receipt = try await scene.record(Sample.accepted, of: 1, attempt: 3, lease: lease)
      #expect(receipt.outcomeStands)
      let attempts = try await scene.attempts().map { try $0.integer("attempt") }
      #expect(attempts == [1, 2, 3])
    }
  }

  @Test func `nobody gets a fourth copy by itself, whether crashes or lost replies left the doubt`()
    async throws
  {
    try await Scene.set(inDoubt: .resend, recipients: 1) { scene async throws in
      for attempt in 1...3 {
        let lease = Lease.new()
        let claimed = try await scene.deliveries.claim(
          1, of: scene.key, after: 0, lease: lease, now: Self.now
        ).claimed
        let tries = try #require(claimed.first?.nextTry)
        #expect(tries.doubts == attempt - 1)
        try await scene.intend(1, lease: lease)
        if attempt == 1 {
          let verdict = Verdict(
            of: .inDoubt(reason: "no reply"), tries: tries, retrying: .standard,
            inDoubt: .resend, now: Scene.start)
          try await scene.record(verdict, of: 1, attempt: 1, lease: lease)
        } else {
          _ = try await scene.deliveries.recover(scene.campaign, now: Self.now)
        }
      }
      #expect(try await scene.states() == [1: .unknown])
    }
  }

  @Test func `an intent of an earlier try is not one of this try`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      try await scene.intend(1, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 1, lease: lease)
      _ = try await scene.claim(1, lease: lease)
      let settled = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      #expect(settled == (1, 0))
      #expect(try await scene.states() == [1: .queued])
    }
  }

  @Test func `other campaigns are left in peace`() async throws {
    try await Scene.set(recipients: 5) { scene async throws in
      let twin = try await scene.twin(recipients: 5)
      try await crashed(twin)
      let settled = try await scene.deliveries.recover(scene.campaign, now: Self.now)
      #expect(settled == (0, 0))
      #expect(try await twin.counts()[.sending] == 3)
      try await twin.expectBalance()
    }
  }
}
