import Database
import Model
import Octets
import Storage
import Testing

@Suite("Senders' rules, and who stands in")
struct SenderRuleTests {
  private func sender(_ scene: Scene, _ name: String = "Office") -> Sender {
    var sender = Sample.sender(.new(), in: scene.key.workspace)
    sender.name = name
    sender.user = "ada"
    sender.sealedPassword = [1, 2, 3]
    return sender
  }

  @Test func `rules are kept`() async throws {
    try await Scene.set { scene async throws in
      var office = sender(scene)
      office.rules.retries = try RetrySchedule(parsing: "10m 1h, then every 2h, for 1d")
      office.rules.usesOwnFromOnly = true
      try await scene.store.senders.add(office, now: Scene.start)
      var found = try await scene.store.senders.find(office.id, in: scene.key.workspace)
      #expect(found?.rules == office.rules)
      office.rules.urgentRetries = .never
      office.rules.retries = nil
      #expect(try await scene.store.senders.update(office))
      found = try await scene.store.senders.find(office.id, in: scene.key.workspace)
      #expect(found?.rules == office.rules)
      #expect(found?.rules.schedule(isTransactional: true) == .never)
      #expect(found?.rules.schedule(isTransactional: false) == .standard)
    }
  }

  @Test func `only the account that was refused is stopped, until it is another one`() async throws
  {
    try await Scene.set { scene async throws in
      let senders = scene.store.senders
      var office = sender(scene)
      try await senders.add(office, now: Scene.start)
      let refusal = SignInRefusal(at: Scene.start, answer: "No.")
      var old = office
      old.sealedPassword = [9]
      #expect(!(try await senders.stop(old, because: refusal)))
      #expect(try await senders.stop(office, because: refusal))
      var found = try #require(try await senders.find(office.id, in: scene.key.workspace))
      #expect(found.refusal == refusal)
      #expect(found.lastTest?.passed == false)
      office.name = "Other"
      #expect(try await senders.update(office))
      found = try #require(try await senders.find(office.id, in: scene.key.workspace))
      #expect(found.refusal == refusal)
      let failed = SenderTest(at: Scene.start, passed: false, answer: "No.")
      #expect(try await senders.setTest(failed, of: office))
      #expect(
        try await senders.find(office.id, in: scene.key.workspace)?.refusal == refusal)
      let passed = SenderTest(at: Scene.start, passed: true, answer: "Yes.")
      #expect(try await senders.setTest(passed, of: office))
      #expect(try await senders.find(office.id, in: scene.key.workspace)?.refusal == nil)
      #expect(try await senders.stop(office, because: refusal))
      office.sealedPassword = [4]
      #expect(try await senders.update(office))
      #expect(try await senders.find(office.id, in: scene.key.workspace)?.refusal == nil)
    }
  }

  @Test func `stand-ins keep their order, and never go in a circle`() async throws {
    try await Scene.set { scene async throws in
      let senders = scene.store.senders
      let workspace = scene.key.workspace
      let (ada, bob, eve) = (sender(scene, "Ada"), sender(scene, "Bob"), sender(scene, "Eve"))
      var sandbox = sender(scene, "Sandbox")
      sandbox.kind = .sandbox
      for sender in [ada, bob, eve, sandbox] { try await senders.add(sender, now: Scene.start) }
      func line(_ sender: Sender) async throws -> [String] {
        try await senders.fallbacks(of: sender.id, in: workspace).map(\.name)
      }
      #expect(try await senders.setFallbacks([eve.id, bob.id], of: ada.id, in: workspace) == nil)
      #expect(try await line(ada) == ["Eve", "Bob"])
      #expect(
        try await senders.setFallbacks([bob.id, bob.id, eve.id], of: ada.id, in: workspace) == nil)
      #expect(try await line(ada) == ["Bob", "Eve"])
      #expect(
        try await senders.setFallbacks([ada.id], of: ada.id, in: workspace) == .circle(name: "Ada"))
      #expect(try await senders.setFallbacks([eve.id], of: bob.id, in: workspace) == nil)
      #expect(
        try await senders.setFallbacks([ada.id], of: eve.id, in: workspace) == .circle(name: "Ada"))
      #expect(
        try await senders.setFallbacks([sandbox.id], of: eve.id, in: workspace) == .sandbox)
      #expect(
        try await senders.setFallbacks([.new()], of: eve.id, in: workspace) == .notThere)
      #expect(
        try await senders.setFallbacks(
          Array(repeating: bob.id, count: 6), of: ada.id, in: workspace) == .tooMany)
      #expect(try await line(ada) == ["Bob", "Eve"])
      // Nobody from another workspace, and nobody who has been removed.
      let twin = try await scene.twin(recipients: 1)
      #expect(
        try await senders.setFallbacks([bob.id], of: twin.campaign.sender, in: twin.key.workspace)
          == .notThere)
      #expect(try await senders.remove(bob.id, in: workspace, now: Scene.start))
      #expect(try await line(ada) == ["Eve"])
      #expect(try await senders.setFallbacks([], of: ada.id, in: workspace) == nil)
      #expect(try await line(ada) == [])
    }
  }

  @Test func `what was in doubt at a death counts for the sender that stood in`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let other = sender(scene, "Other")
      try await scene.store.senders.add(other, now: Scene.start)
      try await scene.store.campaigns.setStandIn(other.id, of: scene.key)
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      try await scene.intend(1, lease: lease)
      _ = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(
        try await scene.attempts().map { try $0.octets("sender_id") } == [other.id.octets])
      let counted = try await scene.store.usage.sent(
        by: other.id, in: scene.key.workspace, since: Scene.start + .seconds(-60))
      #expect(counted.map(\.count) == [1])
    }
  }

  @Test func `the schedule is on until somebody switches it off`() async throws {
    try await Scene.set { scene async throws in
      #expect(try await scene.store.settings.isScheduleOn())
      try await scene.store.settings.setSchedule(isOn: false)
      // Another process looks while this one is at work.
      let visitor = try #require(try await Store.visit(path: scene.path))
      #expect(!(try await visitor.settings.isScheduleOn()))
      try await visitor.settings.setSchedule(isOn: true)
      #expect(try await scene.store.settings.isScheduleOn())
    }
  }
}
