import Model
import Octets
import Storage
import Testing

@Suite("The course of a campaign")
struct CampaignCourseTests {
  @Test(arguments: CampaignState.allCases)
  func `a time is set for drafts and changed for those that wait`(
    _ state: CampaignState
  ) async throws {
    try await Scene.set { scene async throws in
      try await scene.set(state, of: scene.key)
      let isSet = try await scene.store.campaigns.schedule(
        scene.key, at: Scene.start + .seconds(9), zone: "America/New_York", now: Scene.start)
      #expect(isSet == [.draft, .awaitingApproval, .scheduled].contains(state))
      let stored = try #require(try await scene.store.campaigns.find(scene.key))
      #expect(stored.state == (isSet ? .scheduled : state))
      #expect(stored.scheduledAt == (isSet ? Scene.start + .seconds(9) : nil))
      #expect(stored.timeZone == (isSet ? "America/New_York" : "UTC"))
    }
  }

  @Test func `progress holds what the rows say, and the pace without a new revision`() async throws
  {
    try await Scene.set(recipients: 5) { scene async throws in
      let campaigns = scene.store.campaigns
      _ = try await campaigns.move(scene.key, to: .sending, now: Scene.start)
      let before = try #require(try await campaigns.progress(scene.key))
      let pace = CampaignPace(
        rate: 12.5, finishEstimate: Scene.start + .seconds(60), slowReason: "the hourly limit")
      try await campaigns.setPace(pace, of: scene.key)
      let after = try #require(try await campaigns.progress(scene.key))
      #expect(after.pace == pace)
      #expect(after.revision == before.revision)
      #expect(after.state == .sending && after.counts[.queued] == 5)
      #expect(try await campaigns.find(scene.key)?.pace == pace)
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      let later = try #require(try await campaigns.progress(scene.key))
      #expect(later.counts[.sent] == 1 && later.revision > after.revision)
      // What was true of a campaign that was sending is not of one that is paused.
      _ = try await campaigns.move(scene.key, to: .paused, now: Scene.start)
      #expect(try await campaigns.progress(scene.key)?.pace == CampaignPace())
    }
  }

  @Test func `cancelling ends everything that waits, however much it is`() async throws {
    try await Scene.set(recipients: 25_000) { scene async throws in
      _ = try await scene.store.campaigns.move(scene.key, to: .sending, now: Scene.start)
      let lease = Lease.new()
      _ = try await scene.claim(3, lease: lease)
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 2, lease: lease)
      let now = Scene.start + .seconds(7)
      #expect(try await scene.store.campaigns.cancel(scene.key, now: now))
      let stored = try #require(try await scene.store.campaigns.find(scene.key))
      #expect(stored.state == .cancelled && stored.finishedAt == now)
      #expect(stored.counts[.cancelled] == 24_998)
      #expect(stored.counts[.sent] == 1 && stored.counts[.sending] == 1)
      try await scene.expectBalance()
      #expect(try await scene.store.campaigns.cancel(scene.key, now: now) == false)
      // What was under way comes to its end; when it is refused for now, it has to be ended too.
      try await scene.record(Sample.deferred(until: now), of: 3, lease: lease)
      #expect(try await scene.store.campaigns.active().map(\.key) == [scene.key])
      let ended = try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "r", now: now)
      #expect(ended == 1)
    }
  }

  @Test(arguments: [CampaignState.paused, .held, .failed, .cancelled])
  func `of a campaign that stands still nothing is claimed or planned`(
    _ state: CampaignState
  ) async throws {
    try await Scene.set(recipients: 5) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 1, lease: lease)
      try await scene.set(state, of: scene.key)
      #expect(try await scene.claim(9, lease: lease, at: Scene.start + .seconds(60)) == [])
      let rows = [Sample.row(line: 99)]
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      let planned = try await scene.deliveries.planNext(9, of: scene.campaign)
      #expect(planned == (state == .cancelled ? 0 : 1))
      try await scene.set(.sending, of: scene.key)
      #expect(try await scene.claim(2, lease: lease) == [1, 2])
    }
  }
}
