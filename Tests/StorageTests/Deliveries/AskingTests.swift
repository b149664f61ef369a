import Model
import Octets
import Storage
import Testing

@Suite("Asking for deliveries to be sent")
struct AskingTests {
  /// One delivery for each way to end: sent, refused for good, given up after refusals for now,
  /// broken off, in doubt, deferred, being sent; 8 and behind are queued.
  private func mixed(_ scene: Scene) async throws {
    _ = try await scene.store.campaigns.move(scene.key, to: .sending, now: Scene.start)
    let lease = Lease.new()
    _ = try await scene.claim(7, lease: lease)
    let later = Scene.start + .seconds(600)
    let verdicts = [
      Sample.accepted, Sample.refused,
      Verdict(
        state: .failed, answer: ServerAnswer(code: 451, text: [UInt8]("busy".utf8)),
        reason: "given up"),
      Verdict(state: .failed, reason: "given up: the connection broke"),
      Verdict(state: .unknown, reason: "no reply"), Sample.deferred(until: later),
    ]
    for (place, verdict) in verdicts.enumerated() {
      try await scene.record(verdict, of: place + 1, lease: lease)
    }
    try await scene.expectBalance()
  }

  private static let before: [Int: DeliveryState] = [
    1: .sent, 2: .failed, 3: .failed, 4: .failed, 5: .unknown, 6: .deferred, 7: .sending,
    8: .queued, 9: .queued, 10: .queued,
  ]

  @Test func `failures that were temporary are tried again, refusals for good never`() async throws
  {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      let now = Scene.start + .seconds(5)
      #expect(try await scene.deliveries.retry(.temporaryFailures, of: scene.key, now: now) == 2)
      #expect(
        try await scene.states() == Self.before.merging([3: .deferred, 4: .deferred]) { $1 })
      try await scene.expectBalance()
      #expect(try await scene.deliveries.retry(.temporaryFailures, of: scene.key, now: now) == 0)
      let claim = try await scene.deliveries.claim(
        2, of: scene.key, after: 7, lease: .new(), now: now)
      #expect(claim.claimed.map(\.number) == [3, 4])
      #expect(claim.claimed.map(\.attempts) == [1, 1])
    }
  }

  @Test func `those in doubt are tried again, and nobody else`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      #expect(try await scene.deliveries.retry(.unknown, of: scene.key, now: Scene.start) == 1)
      #expect(try await scene.states() == Self.before.merging([5: .deferred]) { $1 })
      try await scene.expectBalance()
    }
  }

  @Test(arguments: [CampaignState.sent, .failed])
  func `who tries again brings the campaign back to life`(_ state: CampaignState) async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "not sent", now: Scene.start)
      try await scene.set(state, of: scene.key)
      let retried = try await scene.deliveries.retry(.cancelled, of: scene.key, now: Scene.start)
      #expect(retried == 4)
      let stored = try #require(try await scene.store.campaigns.find(scene.key))
      #expect(stored.state == .sending && stored.finishedAt == nil && stored.failure == nil)
      #expect(stored.counts[.cancelled] == 0)
      try await scene.expectBalance()
    }
  }

  @Test func `with nothing to try again a campaign stays as it ended`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await scene.set(.sent, of: scene.key)
      for kind in RetryKind.allCases {
        #expect(try await scene.deliveries.retry(kind, of: scene.key, now: Scene.start) == 0)
      }
      #expect(try await scene.store.campaigns.find(scene.key)?.state == .sent)
    }
  }

  @Test func `a cancelled campaign stays cancelled, whatever is asked`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      #expect(try await scene.store.campaigns.cancel(scene.key, now: Scene.start))
      let before = try await scene.states()
      for kind in RetryKind.allCases {
        #expect(try await scene.deliveries.retry(kind, of: scene.key, now: Scene.start) == 0)
      }
      #expect(try await scene.states() == before)
    }
  }

  @Test func `thousands are tried again, each once`() async throws {
    try await Scene.set(recipients: 25_000) { scene async throws in
      try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "r", now: Scene.start)
      let retried = try await scene.deliveries.retry(.cancelled, of: scene.key, now: Scene.start)
      #expect(retried == 25_000)
      #expect(try await scene.counts()[.deferred] == 25_000)
    }
  }

  @Test func `a deferred delivery is sent now, its tries still counted`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      let now = Scene.start + .seconds(5)
      #expect(try await scene.claim(1, lease: .new(), at: now) == [8])
      #expect(try await scene.deliveries.sendNow(scene.key, 6, now: now))
      let claim = try await scene.deliveries.claim(
        1, of: scene.key, after: 8, lease: .new(), now: now)
      #expect(claim.claimed.map(\.number) == [6])
      #expect(claim.claimed.map(\.attempts) == [1])
    }
  }

  @Test func `a queued delivery goes to the front of the line`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      let now = Scene.start + .seconds(5)
      #expect(try await scene.deliveries.sendNow(scene.key, 9, now: now))
      #expect(try await scene.counts()[.deferred] == 1)
      try await scene.expectBalance()
      #expect(try await scene.claim(4, lease: .new(), at: now) == [9, 1, 2, 3])
      #expect(try await scene.claim(9, lease: .new(), at: now) == [4, 5, 6, 7, 8, 10])
    }
  }

  @Test(arguments: [1, 2, 5, 7, 11, 0, -1])
  func `what is over, under way or not there is not sent now`(_ number: Int) async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      #expect(try await scene.deliveries.sendNow(scene.key, number, now: Scene.start) == false)
      #expect(try await scene.states() == Self.before)
    }
  }

  @Test func `deliveries of another workspace are not sent or tried again`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      try await mixed(scene)
      let foreign = CampaignKey(workspace: .new(), campaign: scene.key.campaign)
      #expect(try await scene.deliveries.sendNow(foreign, 6, now: Scene.start) == false)
      for kind in RetryKind.allCases {
        #expect(try await scene.deliveries.retry(kind, of: foreign, now: Scene.start) == 0)
      }
      #expect(try await scene.deliveries.find(foreign, 1) == nil)
      #expect(try await scene.states() == Self.before)
    }
  }
}
