import Model
import Octets
import Storage
import Testing

@Suite("Workspaces")
struct IsolationTests {
  @Test func `the right campaign asked for in a wrong workspace is not there`() async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(4, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 1, lease: lease)
      try await scene.record(Sample.refused, of: 2, lease: lease)
      let states = try await scene.states()
      try await assertBlind(scene, lease: lease, in: .new())
      #expect(try await scene.states() == states)
      try await scene.expectBalance()
    }
  }

  @Test func `a workspace that has its own campaign of this number sees only that`() async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      let twin = try await scene.twin(recipients: 3)
      let lease = Lease.new()
      let mine = try await scene.claim(6, lease: lease)
      let theirs = try await twin.claim(6, lease: lease)
      #expect(mine.count == 6 && theirs.count == 3)
      // Same number, same campaign identifier, same lease: only the workspace tells them apart.
      try await twin.intend(1, lease: lease)
      try await twin.record(Sample.accepted, of: 1, lease: lease)
      try await twin.deliveries.release([2, 3, 4], of: twin.key, lease: lease)
      #expect(try await scene.counts()[.sending] == 6)
      #expect(try await scene.attempts().isEmpty)
      _ = try await twin.deliveries.recover(twin.campaign, now: Scene.start)
      try await twin.deliveries.endUnsent(
        of: twin.key, as: .cancelled, reason: "r", now: Scene.start)
      #expect(try await scene.counts()[.sending] == 6)
      #expect(try await twin.states() == [1: .sent, 2: .cancelled, 3: .cancelled])
      let moved = try await scene.store.campaigns.move(twin.key, to: .sending, now: Scene.start)
      #expect(moved == .preparing)
      #expect(try await scene.store.campaigns.find(scene.key)?.state == .preparing)
      try await scene.expectBalance()
      try await twin.expectBalance()
    }
  }

  @Test func `senders and audiences are found at home only`() async throws {
    try await Scene.set { scene async throws in
      let (senders, audiences) = (scene.store.senders, scene.store.audiences)
      let (sender, audience) = (scene.campaign.sender, scene.audience.id)
      #expect(try await senders.find(sender, in: scene.key.workspace)?.id == sender)
      #expect(try await audiences.find(audience, in: scene.key.workspace)?.id == audience)
      #expect(try await senders.find(sender, in: .new()) == nil)
      #expect(try await audiences.find(audience, in: .new()) == nil)
      try await senders.update(Sample.sender(sender, in: .new(), password: [6, 6, 6]))
      #expect(try await senders.find(sender, in: scene.key.workspace)?.sealedPassword == nil)
    }
  }

  /// Asks and orders everything about the scene's campaign in another workspace's name.
  private func assertBlind(_ scene: Scene, lease: Lease, in workspace: Identifier) async throws {
    let key = CampaignKey(workspace: workspace, campaign: scene.campaign.id)
    let (foreign, _) = Sample.campaign(
      in: workspace, sender: scene.campaign.sender, id: scene.campaign.id,
      audience: scene.audience.id)
    let (deliveries, campaigns) = (scene.deliveries, scene.store.campaigns)
    let far = Scene.start + .seconds(1_000_000)
    #expect(try await campaigns.find(key) == nil)
    #expect(try await campaigns.latest(in: workspace) == nil)
    #expect(try await campaigns.counts(key) == nil)
    #expect(try await campaigns.move(key, to: .sending, now: Scene.start) == nil)
    #expect(try await deliveries.planNext(10, of: foreign) == 0)
    let claim = try await deliveries.claim(10, of: key, after: 0, lease: lease, now: far)
    #expect(claim.claimed.isEmpty)
    #expect(try await deliveries.nextDue(key) == nil)
    try await deliveries.release([1, 2, 3, 4], of: key, lease: lease)
    let settled = try await deliveries.recover(foreign, now: far)
    #expect(settled == (0, 0))
    let ended = try await deliveries.endUnsent(of: key, as: .cancelled, reason: "r", now: far)
    #expect(ended == 0)
    try await deliveries.revive(.failed, of: key, now: far)
    #expect(try await deliveries.report(of: key, after: 0, limit: 10).isEmpty)
    #expect(try await deliveries.recount(key).total == 0)
    let receipt = try await scene.store.ledger.record(
      Sample.outcome(Sample.accepted, of: 3, attempt: 1, lease: lease),
      thenIntent: Ledger.Intent(number: 4, lease: lease, at: far), of: key,
      sender: scene.campaign.sender)
    #expect(!receipt.outcomeStands && !receipt.intentStands)
  }
}
