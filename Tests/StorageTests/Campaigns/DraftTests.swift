import Database
import Model
import Octets
import Storage
import Testing

@Suite("Drafts")
struct DraftTests {
  @Test func `all that is said of a campaign comes back`() async throws {
    try await Scene.set { scene async throws in
      var (campaign, audience) = Sample.campaign(
        in: scene.key.workspace, sender: scene.campaign.sender)
      campaign.state = .draft
      campaign.kind = .single
      campaign.template = .new()
      campaign.timeZone = "Europe/Berlin"
      campaign.scheduledAt = Scene.start + .seconds(77)
      campaign.createdBy = "ada@example.org"
      campaign.content.isPersonalised = false
      audience.state = .empty
      try await scene.store.campaigns.add(campaign, with: audience, now: Scene.start)
      let stored = try #require(try await scene.store.campaigns.find(campaign.key))
      #expect(stored.content == campaign.content)
      #expect(stored.kind == .single)
      #expect(stored.template == campaign.template)
      #expect(stored.timeZone == "Europe/Berlin")
      #expect(stored.scheduledAt == campaign.scheduledAt)
      #expect(stored.createdBy == "ada@example.org")
      #expect(stored.startedAt == nil && stored.finishedAt == nil && stored.archivedAt == nil)
      #expect(stored.pace == CampaignPace())
    }
  }

  /// Another campaign of the same number, as a form sends it.
  private func changed(
    _ scene: Scene, _ key: CampaignKey, _ state: CampaignState = .draft
  ) -> Campaign {
    var campaign = scene.campaign
    campaign = Campaign(
      id: key.campaign, workspace: key.workspace, name: "December", state: state,
      content: campaign.content, sender: campaign.sender, audience: campaign.audience,
      inDoubt: .resend, createdAt: Scene.start)
    campaign.content.subject = "Changed"
    campaign.content.text = [1]
    campaign.content.attachments = [StoredAttachment(name: "b.pdf", file: "2", size: 2)]
    campaign.timeZone = "Asia/Tokyo"
    campaign.template = .new()
    campaign.scheduledAt = Scene.start + .seconds(10)
    return campaign
  }

  @Test(arguments: CampaignState.allCases)
  func `a campaign is edited until it begins, and never after`(
    _ state: CampaignState
  ) async throws {
    try await Scene.set { scene async throws in
      let key = try await scene.draft(audience: scene.audience.id)
      try await scene.set(state, of: key)
      let isEdited = try await scene.store.campaigns.edit(changed(scene, key, state))
      let stored = try #require(try await scene.store.campaigns.find(key))
      #expect(stored.state == state)
      #expect(isEdited == (state == .draft || state == .scheduled))
      #expect(stored.name == (isEdited ? "December" : "November"))
      #expect(stored.revision == (isEdited ? 1 : 0))
      #expect(stored.content.attachments.map(\.name) == (isEdited ? ["b.pdf"] : []))
      if isEdited {
        #expect(stored.content == changed(scene, key).content)
        #expect(stored.inDoubt == .resend && stored.timeZone == "Asia/Tokyo")
        #expect(stored.template != nil)
        #expect(stored.scheduledAt == Scene.start + .seconds(10))
      }
    }
  }

  @Test(
    arguments: [CampaignState.draft, .scheduled], [CampaignState.draft, .scheduled, .preparing])
  func `a campaign is edited and moved in one go`(
    _ old: CampaignState, _ new: CampaignState
  ) async throws {
    try await Scene.set { scene async throws in
      let (campaigns, home) = (scene.store.campaigns, scene.key.workspace)
      let key = try await scene.draft(audience: nil)
      try await scene.set(old, of: key)
      var campaign = try #require(try await campaigns.find(key))
      var place = try #require(try await scene.store.audiences.find(campaign.audience, in: home))
      place.state = .reading
      place.name = "people.csv"
      campaign.name = "December"
      // What waits always has a time to wait for.
      let isTimeless = try await campaigns.edit(campaign, as: new, with: place)
      #expect(isTimeless == (new != .scheduled))
      campaign = try #require(try await campaigns.find(key))
      #expect(campaign.state == (isTimeless ? new : old))
      #expect(campaign.name == (isTimeless ? "December" : "November"))
      #expect(
        try await scene.store.audiences.find(place.id, in: home)?.state
          == (isTimeless ? .reading : .empty))
      guard !isTimeless else { return }
      campaign.scheduledAt = Scene.start + .seconds(77)
      #expect(try await campaigns.edit(campaign, as: new, with: place))
      let stored = try #require(try await campaigns.find(key))
      #expect(stored.state == .scheduled && stored.scheduledAt == campaign.scheduledAt)
      #expect(try await scene.store.audiences.find(place.id, in: home)?.state == .reading)
    }
  }

  @Test func `a form from before a change changes nothing, nor the list`() async throws {
    try await Scene.set { scene async throws in
      let (campaigns, home) = (scene.store.campaigns, scene.key.workspace)
      for state in [CampaignState.draft, .scheduled, .preparing] {
        let key = try await scene.draft(audience: nil)
        var late = try #require(try await campaigns.find(key))
        var place = try #require(try await scene.store.audiences.find(late.audience, in: home))
        place.file = "second.csv"
        late.content.subject = "Too late"
        late.scheduledAt = nil
        var first = try #require(try await campaigns.find(key))
        first.scheduledAt = Scene.start + .seconds(60)
        #expect(try await campaigns.edit(first, as: state))
        for next in [CampaignState.draft, .preparing] {
          #expect(try await campaigns.edit(late, as: next, with: place) == false)
        }
        let stored = try #require(try await campaigns.find(key))
        #expect(stored.state == state && stored.scheduledAt == first.scheduledAt)
        #expect(stored.content.subject == first.content.subject)
        let kept = try #require(try await scene.store.audiences.find(place.id, in: home))
        #expect(kept.state == .empty && kept.file != "second.csv")
      }
    }
  }

  @Test func `a new list takes the place's place, and a list in use is not written`() async throws {
    try await Scene.set { scene async throws in
      let (campaigns, home) = (scene.store.campaigns, scene.key.workspace)
      let key = try await scene.draft(audience: nil)
      var campaign = try #require(try await campaigns.find(key))
      let place = campaign.audience
      // One that a campaign under way reads from.
      campaign.audience = scene.audience.id
      var taken = scene.audience
      taken.file = "other.csv"
      #expect(try await campaigns.edit(campaign, with: taken) == false)
      #expect(
        try await scene.store.audiences.find(taken.id, in: home)?.file == scene.audience.file)
      // A list under another number than the campaign's is a mistake of the caller.
      let list = Sample.list("new", in: home)
      #expect(try await campaigns.edit(campaign, with: list) == false)
      campaign.audience = list.id
      #expect(try await campaigns.edit(campaign, with: list))
      #expect(try await campaigns.find(key)?.audience == list.id)
      #expect(try await scene.store.audiences.find(list.id, in: home)?.name == "new")
      #expect(try await scene.store.audiences.find(place, in: home) == nil)
    }
  }

  @Test func `no draft takes a sender or list of another workspace`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      let key = try await scene.draft(audience: nil)
      var campaign = try #require(try await scene.store.campaigns.find(key))
      campaign.sender = twin.campaign.sender
      let foreign = campaign
      await #expect(throws: DatabaseError.constraint("FOREIGN KEY constraint failed")) {
        _ = try await scene.store.campaigns.edit(foreign)
      }
      let list = try await twin.lists(["theirs"])[0]
      campaign.sender = scene.campaign.sender
      campaign.audience = list
      let other = campaign
      await #expect(throws: DatabaseError.self) {
        _ = try await scene.store.campaigns.edit(other)
      }
      #expect(try await scene.store.campaigns.find(key)?.sender == scene.campaign.sender)
    }
  }

  @Test func `a copy is a draft of the same content for the same list`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let campaigns = scene.store.campaigns
      _ = try await campaigns.move(scene.key, to: .sending, now: Scene.start)
      let now = Scene.start + .seconds(50)
      let copy = try #require(
        try await campaigns.copy(scene.key, by: "bob@example.org", now: now))
      #expect(copy.id != scene.campaign.id)
      #expect(copy.name == "Copy of November")
      #expect(copy.state == .draft && copy.createdAt == now)
      #expect(copy.content == scene.campaign.content)
      #expect(copy.audience == scene.audience.id && copy.sender == scene.campaign.sender)
      #expect(copy.counts.total == 0 && copy.startedAt == nil)
      #expect(copy.createdBy == "bob@example.org")
      #expect(try await scene.deliveries.page(of: copy.key, after: 0, limit: 9).isEmpty)
    }
  }

  @Test func `copies of copies keep a name of bearable length`() async throws {
    try await Scene.set { scene async throws in
      var key = scene.key
      for _ in 0..<40 {
        key = try #require(try await scene.store.campaigns.copy(key, now: Scene.start)).key
      }
      let name = try #require(try await scene.store.campaigns.find(key)).name
      #expect(name.count == 200 && name.hasPrefix("Copy of Copy of"))
    }
  }

  @Test func `attachments of a copy are the files of the first`() async throws {
    try await Scene.set { scene async throws in
      let (campaigns, home) = (scene.store.campaigns, scene.key.workspace)
      let first = try await scene.draft(audience: nil)
      var campaign = try #require(try await campaigns.find(first))
      campaign.content.attachments = [StoredAttachment(name: "a.pdf", file: "1", size: 1)]
      #expect(try await campaigns.edit(campaign))
      let copy = try #require(try await campaigns.copy(first, now: Scene.start))
      #expect(copy.content.attachments == campaign.content.attachments)
      #expect(try await campaigns.remove(first))
      #expect(try await campaigns.isAttached("1", in: home))
      #expect(try await campaigns.isAttached("1", in: .new()) == false)
      #expect(try await campaigns.remove(copy.key))
      #expect(try await campaigns.isAttached("1", in: home) == false)
    }
  }

  @Test(arguments: CampaignState.allCases)
  func `only drafts can be removed`(_ state: CampaignState) async throws {
    try await Scene.set { scene async throws in
      let key = try await scene.draft(audience: nil)
      let place = try #require(try await scene.store.campaigns.find(key)).audience
      try await scene.set(state, of: key)
      #expect(try await scene.store.campaigns.remove(key) == (state == .draft))
      #expect(try await (scene.store.campaigns.find(key) == nil) == (state == .draft))
      let isPlaceLeft = try await scene.store.audiences.find(place, in: key.workspace) != nil
      #expect(isPlaceLeft == (state != .draft))
    }
  }

  @Test func `a removed draft leaves its list, and the place that a copy shares`() async throws {
    try await Scene.set { scene async throws in
      let campaigns = scene.store.campaigns
      let list = try await scene.lists(["friends"])[0]
      #expect(try await campaigns.remove(try await scene.draft(audience: list)))
      #expect(try await scene.store.audiences.find(list, in: scene.key.workspace) != nil)
      let first = try await scene.draft(audience: nil)
      let copy = try #require(try await campaigns.copy(first, now: Scene.start))
      #expect(try await campaigns.remove(first))
      #expect(
        try await scene.store.audiences.find(copy.audience, in: scene.key.workspace) != nil)
    }
  }
}

extension Scene {
  /// Puts a campaign into a state as if it had come there by itself.
  func set(_ state: CampaignState, of key: CampaignKey) async throws {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        UPDATE campaigns SET state = \(state.rawValue)
        WHERE workspace_id = \(blob: key.workspace.octets) AND id = \(blob: key.campaign.octets)
        """)
    }
  }
}
