import Model
import Octets
import Storage
import TestSupport
import Testing

@Suite("Lists of campaigns")
struct CampaignListTests {
  /// Campaigns of given states, named by their places; the first is the oldest.
  private func fill(_ scene: Scene, _ states: [CampaignState]) async throws -> [CampaignKey] {
    var random = SeededRandom(seed: 6)
    var keys: [CampaignKey] = []
    for (place, state) in states.enumerated() {
      let id = Identifier(at: Scene.start + .seconds(place), from: &random)
      var (campaign, _) = Sample.campaign(
        in: scene.key.workspace, sender: scene.campaign.sender, id: id,
        audience: scene.audience.id)
      campaign.name = "Number \(place)"
      campaign.state = state
      campaign.content.attachments = [StoredAttachment(name: "a.pdf", file: "1", size: 1)]
      try await scene.store.campaigns.add(campaign, now: Scene.start)
      keys.append(campaign.key)
    }
    return keys
  }

  @Test(arguments: [1, 2, 4, 50])
  func `pages hold each campaign once, newest first`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      let keys = try await fill(scene, [.draft, .sending, .sent, .draft, .cancelled])
      var (seen, last): ([Campaign], Identifier?) = ([], nil)
      while true {
        let page = try await scene.store.campaigns.page(
          in: scene.key.workspace, after: last, limit: limit)
        guard let end = page.last else { break }
        #expect(page.count <= limit)
        seen += page
        last = end.id
      }
      #expect(
        seen.map(\.id) == (keys.map(\.campaign) + [scene.campaign.id]).sorted(by: >))
      // Bodies stay where they are.
      #expect(seen.allSatisfy { $0.content.html == nil && $0.content.attachments.isEmpty })
      #expect(seen.allSatisfy { $0.content.subject == "Hello {{ first_name }}" })
    }
  }

  @Test func `campaigns are chosen by state, name and whether they are put away`() async throws {
    try await Scene.set { scene async throws in
      let keys = try await fill(scene, [.draft, .sending, .sent, .draft, .cancelled])
      let campaigns = scene.store.campaigns
      func names(
        _ states: Set<CampaignState>? = nil, archived: Bool = false, search: String? = nil
      ) async throws -> [String] {
        try await campaigns.page(
          in: scene.key.workspace, states: states, archived: archived, search: search, limit: 9
        ).map(\.name).filter { $0 != scene.campaign.name }
      }
      #expect(try await names([.draft]) == ["Number 3", "Number 0"])
      #expect(try await names([.sent, .sending]) == ["Number 2", "Number 1"])
      #expect(try await names([]) == [])
      #expect(try await names(search: "BER 3") == ["Number 3"])
      #expect(
        try await names(search: "_") == [
          "Number 4", "Number 3", "Number 2", "Number 1", "Number 0",
        ])
      #expect(try await campaigns.archive(keys[2], now: Scene.start))
      #expect(try await campaigns.archive(keys[1], now: Scene.start) == false)
      #expect(try await names([.sent]) == [])
      #expect(try await names(archived: true) == ["Number 2"])
      #expect(try await campaigns.find(keys[2])?.archivedAt == Scene.start)
      #expect(try await campaigns.unarchive(keys[2]))
      #expect(try await names([.sent]) == ["Number 2"])
    }
  }

  @Test func `single messages are a list of their own`() async throws {
    try await Scene.set { scene async throws in
      var (single, audience) = Sample.campaign(
        in: scene.key.workspace, sender: scene.campaign.sender)
      single.kind = .single
      try await scene.store.campaigns.add(single, with: audience, now: Scene.start)
      let home = scene.key.workspace
      let pages = scene.store.campaigns
      #expect(try await pages.page(in: home, limit: 9).map(\.id) == [scene.campaign.id])
      #expect(try await pages.page(in: home, kind: .single, limit: 9).map(\.id) == [single.id])
    }
  }

  @Test func `the scheduler sees what is to be done in all workspaces`() async throws {
    try await Scene.set(recipients: 4) { scene async throws in
      let twin = try await scene.twin(recipients: 2)
      let keys = try await fill(scene, CampaignState.allCases)
      let campaigns = scene.store.campaigns
      let moment = Scene.start + .seconds(500)
      let draft = keys[0]
      #expect(try await campaigns.schedule(draft, at: moment, zone: "Europe/Berlin", now: moment))
      let active = try await campaigns.active()
      let busy: Set<CampaignState> = [.scheduled, .preparing, .sending]
      let expected =
        zip(keys, CampaignState.allCases).filter { busy.contains($1) }.map(\.0)
        + [draft, scene.key, twin.key]
      #expect(Set(active.map(\.key)) == Set(expected))
      #expect(active.count == expected.count)
      let scheduled = try #require(active.first { $0.key == draft })
      #expect(scheduled.state == .scheduled && scheduled.scheduledAt == moment)
      #expect(scheduled.sender == scene.campaign.sender)
    }
  }

  @Test(arguments: [CampaignState.failed, .cancelled])
  func `what ended with deliveries unsent is named until they have ended too`(
    _ state: CampaignState
  ) async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let campaigns = scene.store.campaigns
      _ = try await campaigns.move(scene.key, to: state, now: Scene.start)
      #expect(try await campaigns.active().map(\.state) == [state])
      try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "r", now: Scene.start)
      #expect(try await campaigns.active() == [])
    }
  }

  @Test func `campaigns of another workspace are neither seen nor changed`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let campaigns = scene.store.campaigns
      let draft = try await scene.draft(audience: nil)
      let foreign = CampaignKey(workspace: .new(), campaign: draft.campaign)
      let now = Scene.start
      #expect(try await campaigns.page(in: foreign.workspace, limit: 9).isEmpty)
      #expect(try await campaigns.progress(foreign) == nil)
      #expect(try await campaigns.copy(foreign, now: now) == nil)
      #expect(try await campaigns.remove(foreign) == false)
      #expect(try await campaigns.archive(foreign, now: now) == false)
      #expect(try await campaigns.schedule(foreign, at: now, zone: "UTC", now: now) == false)
      #expect(try await campaigns.cancel(foreign, now: now) == false)
      var campaign = try #require(try await campaigns.find(draft))
      campaign = Campaign(
        id: draft.campaign, workspace: foreign.workspace, name: "x", state: .draft,
        content: campaign.content, sender: campaign.sender, audience: campaign.audience,
        inDoubt: .hold, createdAt: now)
      #expect(try await campaigns.edit(campaign) == false)
      try await campaigns.setPace(CampaignPace(rate: 1), of: foreign)
      let stored = try #require(try await campaigns.find(draft))
      #expect(stored.state == .draft && stored.revision == 0 && stored.pace.rate == nil)
    }
  }
}
