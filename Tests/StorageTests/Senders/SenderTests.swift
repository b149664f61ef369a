import Database
import Model
import Octets
import Storage
import Testing

@Suite("Senders")
struct SenderTests {
  private let now = Scene.start

  @Test func `a sender comes back with all its fields`() async throws {
    try await Scene.set { scene async throws in
      let (senders, home) = (scene.store.senders, scene.key.workspace)
      var sender = Sample.sandbox(in: home)
      sender.replyTo = "reply@example.org"
      sender.limits = SenderLimits(
        perSecond: 2, perMinute: 60, perHour: 450, perDay: 2_000, connections: 3, perConnection: 50)
      sender.sealedPassword = [0, 255]
      try await senders.add(sender, now: now)
      let stored = try #require(try await senders.find(sender.id, in: home))
      #expect(stored.kind == .sandbox && stored.name == "Sandbox")
      #expect(stored.fromName == "Ada" && stored.fromAddress == "ada@example.org")
      #expect(stored.replyTo == "reply@example.org" && stored.limits == sender.limits)
      #expect(stored.sealedPassword == [0, 255] && stored.lastTest == nil)
      #expect(Set(try await senders.all(in: home).map(\.id)) == [scene.campaign.sender, sender.id])
      #expect(try await senders.all(in: .new()).isEmpty)
    }
  }

  @Test func `a test is kept until the sender is changed`() async throws {
    try await Scene.set { scene async throws in
      let (senders, home, id) = (scene.store.senders, scene.key.workspace, scene.campaign.sender)
      let test = SenderTest(at: now, passed: false, answer: "The password was refused.")
      try await senders.setTest(test, of: id, in: home)
      var sender = try #require(try await senders.find(id, in: home))
      #expect(sender.lastTest?.at == now && sender.lastTest?.passed == false)
      #expect(sender.lastTest?.answer == test.answer)
      sender.limits.perHour = 10
      #expect(try await senders.update(sender))
      let changed = try #require(try await senders.find(id, in: home))
      #expect(changed.lastTest == nil && changed.limits.perHour == 10)
    }
  }

  @Test func `a test of what a sender was before is not kept`() async throws {
    try await Scene.set { scene async throws in
      let (senders, home, id) = (scene.store.senders, scene.key.workspace, scene.campaign.sender)
      let test = SenderTest(at: now, passed: true, answer: "It works.")
      let tried = try #require(try await senders.find(id, in: home))
      let changes: [(inout Sender) -> Void] = [
        { $0.host = "other.example.org" }, { $0.port = 26 }, { $0.security = "none" },
        { $0.user = nil }, { $0.sealedPassword = [9] }, { $0.fromAddress = "eve@example.org" },
        { $0.kind = .sandbox },
      ]
      for change in changes {
        var changed = tried
        change(&changed)
        #expect(try await senders.update(changed))
        #expect(try await !senders.setTest(test, of: tried))
        #expect(try await senders.find(id, in: home)?.lastTest == nil)
      }
      // Another name or limit makes it no other account.
      var renamed = tried
      renamed.name = "Renamed"
      renamed.limits.perHour = 7
      #expect(try await senders.update(renamed))
      #expect(try await senders.setTest(test, of: tried))
      #expect(try await senders.find(id, in: home)?.lastTest?.passed == true)
      #expect(try await senders.find(id, in: home)?.name == "Renamed")
    }
  }

  @Test(arguments: CampaignState.allCases)
  func `a sender is removed once no campaign needs it`(_ state: CampaignState) async throws {
    try await Scene.set { scene async throws in
      let (senders, home, id) = (scene.store.senders, scene.key.workspace, scene.campaign.sender)
      // The neighbour's campaign is under way and does not count, even with a like sender.
      let twin = try await scene.twin(recipients: 0).key.workspace
      try await senders.add(Sample.sender(id, in: twin), now: now)
      var sender = Sample.sender(id, in: home, password: [5])
      try await senders.update(sender)
      try await scene.pool.write { connection throws(DatabaseError) in
        try connection.change(
          """
          UPDATE campaigns SET state = \(state.rawValue) WHERE workspace_id = \(blob: home.octets)
          """)
        _ = try connection.change(
          """
          UPDATE campaigns SET sender_id = \(blob: id.octets)
          WHERE workspace_id = \(blob: twin.octets)
          """)
      }
      #expect(try await senders.remove(id, in: home, now: now) == state.isFinal)
      #expect(try await (senders.find(id, in: home) == nil) == state.isFinal)
      #expect(try await senders.all(in: home).isEmpty == state.isFinal)
      #expect(try await senders.name(of: id, in: home) == "Main")
      guard state.isFinal else { return }
      #expect(try await scene.count("senders WHERE sealed_password IS NOT NULL") == 0)
      sender.name = "Back again"
      #expect(try await !senders.update(sender))
      #expect(try await !senders.remove(id, in: home, now: now))
      #expect(try await senders.name(of: id, in: home) == "Main")
    }
  }

  @Test func `a sender of another workspace is not there`() async throws {
    try await Scene.set { scene async throws in
      let (senders, stranger, id) = (scene.store.senders, Identifier.new(), scene.campaign.sender)
      let sandbox = Sample.sandbox(in: scene.key.workspace)
      try await senders.add(sandbox, now: now)
      #expect(try await senders.find(id, in: stranger) == nil)
      #expect(try await senders.name(of: id, in: stranger) == nil)
      #expect(try await !senders.update(Sample.sender(id, in: stranger, password: [6])))
      #expect(try await !senders.remove(sandbox.id, in: stranger, now: now))
      try await senders.setTest(
        SenderTest(at: now, passed: true, answer: "ok"), of: id, in: stranger)
      let stored = try #require(try await senders.find(id, in: scene.key.workspace))
      #expect(stored.lastTest == nil && stored.sealedPassword == nil)
      #expect(try await senders.find(sandbox.id, in: scene.key.workspace) != nil)
    }
  }
}
