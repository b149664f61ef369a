import Database
import Model
import Octets
import Storage
import TestSupport
import Testing

@Suite("Campaigns")
struct CampaignTests {
  @Test(arguments: CampaignState.allCases, CampaignState.allCases)
  func `a campaign moves as its states allow, or stays`(_ from: CampaignState, _ to: CampaignState)
    async throws
  {
    try await Scene.set { scene async throws in
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          "UPDATE campaigns SET state = \(from.rawValue), failure = 'before'")
      }
      let old = try await scene.store.campaigns.move(
        scene.key, to: to, failure: to == .failed ? "wrong password" : nil, now: Scene.start)
      let stored = try #require(try await scene.store.campaigns.find(scene.key))
      if from.next.contains(to) {
        #expect(old == from)
        #expect(stored.state == to)
        #expect(stored.failure == (to == .failed ? "wrong password" : nil))
        #expect(stored.revision == 1)
      } else {
        #expect(old == nil)
        #expect(stored.state == from)
        #expect(stored.failure == "before")
        #expect(stored.revision == 0)
      }
    }
  }

  @Test func `times of starting and ending are kept`() async throws {
    try await Scene.set { scene async throws in
      func times() async throws -> [Int?] {
        let row = try #require(
          try await scene.look("SELECT started_at, finished_at FROM campaigns").first)
        return [try row.integerIfAny("started_at"), try row.integerIfAny("finished_at")]
      }
      let moments = (0..<4).map { Scene.start + .seconds($0) }
      let numbers = moments.map { Int($0.microseconds) }
      _ = try await scene.store.campaigns.move(scene.key, to: .sending, now: moments[0])
      #expect(try await times() == [numbers[0], nil])
      _ = try await scene.store.campaigns.move(scene.key, to: .failed, now: moments[1])
      #expect(try await times() == [numbers[0], numbers[1]])
      _ = try await scene.store.campaigns.move(scene.key, to: .sending, now: moments[2])
      #expect(try await times() == [numbers[0], nil])
      _ = try await scene.store.campaigns.move(scene.key, to: .sent, now: moments[3])
      #expect(try await times() == [numbers[0], numbers[3]])
    }
  }

  @Test func `content comes back octet by octet`() async throws {
    try await Scene.set { scene async throws in
      let workspace = scene.key.workspace
      let (made, audience) = Sample.campaign(
        in: workspace, sender: scene.campaign.sender, inDoubt: .resend)
      var campaign = made
      campaign.content = CampaignContent(
        subject: "'; -- {{ a }} 👩‍👩‍👧‍👦", html: [], text: [UInt8](0...255), from: "\"A\" <a@b.org>",
        replyTo: "", isTransactional: true, baseURL: "https://x.org/?a='b'",
        attachments: [
          StoredAttachment(name: "ü'.pdf", contentType: nil, file: "1", size: 0),
          StoredAttachment(name: "a", contentType: "text/plain", file: "2", size: 1 << 40),
        ])
      campaign.name = "x\u{0}y"
      try await scene.store.campaigns.add(campaign, with: audience, now: Scene.start)
      let stored = try #require(try await scene.store.campaigns.find(campaign.key))
      #expect(stored.content == campaign.content)
      #expect(stored.name == campaign.name)
      #expect(stored.inDoubt == .resend)
      #expect(stored.createdAt == Scene.start)
      #expect(stored.audience == audience.id)
      #expect(stored.counts == CampaignCounts())
    }
  }

  @Test func `campaign and audience are added both or neither`() async throws {
    try await Scene.set { scene async throws in
      let workspace = scene.key.workspace
      let unknown = Sample.campaign(in: workspace, sender: .new())
      await #expect(throws: DatabaseError.constraint("FOREIGN KEY constraint failed")) {
        try await scene.store.campaigns.add(unknown.0, with: unknown.1, now: Scene.start)
      }
      #expect(try await scene.store.audiences.find(unknown.1.id, in: workspace) == nil)
      let foreign = Sample.campaign(in: .new(), sender: scene.campaign.sender)
      await #expect(throws: DatabaseError.self) {
        try await scene.store.campaigns.add(foreign.0, with: foreign.1, now: Scene.start)
      }
      let other = Sample.campaign(in: workspace, sender: scene.campaign.sender)
      await #expect(throws: DatabaseError.self) {
        try await scene.store.campaigns.add(other.0, with: unknown.1, now: Scene.start)
      }
      let rows = try await scene.look("SELECT id FROM audiences")
      #expect(rows.count == 1)
    }
  }

  @Test func `the latest is the one made last`() async throws {
    try await Scene.set { scene async throws in
      var random = SeededRandom(seed: 8)
      let workspace = scene.key.workspace
      let later = scene.campaign.createdAt + .seconds(100_000_000)
      let pair = Sample.campaign(
        in: workspace, sender: scene.campaign.sender,
        id: Identifier(at: later, from: &random))
      try await scene.store.campaigns.add(pair.0, with: pair.1, now: later)
      #expect(try await scene.store.campaigns.latest(in: workspace)?.id == pair.0.id)
    }
  }
}
