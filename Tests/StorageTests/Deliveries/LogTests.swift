import Database
import Model
import Octets
import Storage
import Testing

@Suite("The log of tries, and what it adds up to")
struct LogTests {
  private func fill(_ scene: Scene) async throws {
    let lease = Lease.new()
    for number in try await scene.claim(6, lease: lease) {
      switch number {
      case 1...3: try await scene.record(Sample.accepted, of: number, lease: lease)
      case 4: try await scene.record(Sample.refused, of: number, lease: lease)
      case 5:
        try await scene.record(Sample.deferred(until: Scene.start), of: number, lease: lease)
      default:
        try await scene.record(
          Verdict(state: .unknown, reason: "no reply"), of: number, lease: lease)
      }
    }
    _ = try await scene.claim(1, lease: lease)
    try await scene.record(Sample.refused, of: 5, attempt: 2, lease: lease)
  }

  @Test(arguments: [1, 2, 100], [false, true])
  func `pages hold each try once, the latest first`(_ limit: Int, _ trouble: Bool) async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      try await fill(scene)
      let twin = try await scene.twin(recipients: 6)
      try await fill(twin)
      var seen: [LogRow] = []
      var last: (finishedAt: Timestamp, campaign: Identifier, number: Int, attempt: Int)?
      while true {
        let page = try await scene.store.log.page(
          in: scene.key.workspace, after: last, limit: limit, troubleOnly: trouble)
        guard let end = page.last else { break }
        #expect(page.count <= limit)
        seen += page
        last = (end.finishedAt, end.campaign, end.number, end.attempt)
      }
      // All ended at one moment: number and attempt decide.
      let places = seen.map { "\($0.number).\($0.attempt)" }
      #expect(
        places == ["6.1", "5.2", "5.1", "4.1"] + (trouble ? [] : ["3.1", "2.1", "1.1"]))
      let first = try #require(seen.first)
      #expect(first.email == [UInt8]("person7@example.org".utf8))
      #expect(first.campaignName == "November" && first.state == .unknown)
      #expect(first.reason == "no reply" && first.answer == [] && first.code == nil)
      #expect(first.server == "mx.example.org:25")
    }
  }

  @Test func `later moments come before earlier ones`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(3, lease: lease)
      for (number, seconds) in [(1, 30), (2, 10), (3, 20)] {
        let outcome = Ledger.Outcome(
          number: number, lease: lease, attempt: 1, verdict: Sample.accepted, server: [],
          startedAt: Scene.start, finishedAt: Scene.start + .seconds(seconds))
        _ = try await scene.store.ledger.record(
          outcome, thenIntent: nil, of: scene.key, sender: scene.campaign.sender)
      }
      let rows = try await scene.store.log.page(in: scene.key.workspace, limit: 9)
      #expect(rows.map(\.number) == [1, 3, 2])
      #expect(try await scene.store.log.page(in: .new(), limit: 9).isEmpty)
    }
  }

  @Test func `minutes hold what the tries say`() async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      let twin = try await scene.twin(recipients: 6)
      try await fill(scene)
      try await fill(twin)
      for place in [scene, twin] {
        let minutes = try await place.minutes()
        #expect(minutes == ["29916666: 3 sent, 1 deferred, 2 failed, 1 in doubt"])
      }
      let (usage, home) = (scene.store.usage, scene.key.workspace)
      let sender = scene.campaign.sender
      // What may have left counts as left.
      let sent = try await usage.sent(by: sender, in: home, since: Scene.start)
      #expect(sent.map(\.count) == [4])
      #expect(sent.map(\.minute) == [29_916_666])
      let all = try await usage.sent(in: home, since: Scene.start)
      #expect(all.map(\.count) == [4])
      let later = Scene.start + .seconds(60)
      #expect(try await usage.sent(by: sender, in: home, since: later).isEmpty)
      #expect(try await usage.sent(by: .new(), in: home, since: Scene.start).isEmpty)
      #expect(try await usage.sent(by: sender, in: .new(), since: Scene.start).isEmpty)
    }
  }

  @Test func `each minute and sender counts alone`() async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(6, lease: lease)
      let other = Identifier.new()
      for (number, seconds) in [(1, 0), (2, 30), (3, 60), (4, 61), (5, 200), (6, 200)] {
        let outcome = Ledger.Outcome(
          number: number, lease: lease, attempt: 1, verdict: Sample.accepted, server: [],
          startedAt: Scene.start, finishedAt: Scene.start + .seconds(seconds))
        _ = try await scene.store.ledger.record(
          outcome, thenIntent: nil, of: scene.key,
          sender: number == 6 ? other : scene.campaign.sender)
      }
      let (usage, home) = (scene.store.usage, scene.key.workspace)
      let mine = try await usage.sent(by: scene.campaign.sender, in: home, since: Scene.start)
      #expect(mine.map { [$0.minute - 29_916_666, $0.count] } == [[0, 1], [1, 3], [4, 1]])
      let all = try await usage.sent(in: home, since: Scene.start)
      #expect(all.map { [$0.minute - 29_916_666, $0.count] } == [[0, 1], [1, 3], [4, 2]])
    }
  }

  @Test func `an outcome that does not stand is not counted`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      _ = try await scene.claim(1, lease: .new())
      let receipt = try await scene.record(Sample.accepted, of: 1, lease: .new())
      #expect(!receipt.outcomeStands)
      #expect(try await scene.minutes() == [])
    }
  }

  @Test(arguments: [InDoubtPolicy.hold, .resend])
  func `what is in doubt after a crash counts as what may have left`(
    _ policy: InDoubtPolicy
  ) async throws {
    try await Scene.set(inDoubt: policy, recipients: 5) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(4, lease: lease)
      try await scene.intend(1, lease: lease)
      try await scene.intend(2, lease: lease)
      let settled = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (2, 2))
      #expect(
        try await scene.minutes() == ["29916666: 0 sent, 0 deferred, 0 failed, 2 in doubt"])
      let again = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(again == (0, 0))
      #expect(try await scene.minutes().count == 1)
    }
  }

  @Test func `the ledger rings when something was written`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      let before = scene.store.doorbell.generation
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      // Returns at once, for it has rung.
      let after = await scene.store.doorbell.wait(after: before, upTo: .seconds(60))
      #expect(after > before)
    }
  }
}

@Suite("What counts towards the hour")
struct UsageTests {
  @Test func `what may have arrived counts as in doubt, also when it is due again`() async throws {
    try await Scene.set(inDoubt: .resend, recipients: 3) { scene async throws in
      let (lease, now) = (Lease.new(), Scene.start)
      _ = try await scene.claim(3, lease: lease)
      let outcomes: [DeliveryOutcome] = [
        .inDoubt(reason: "closed"), .unsent(reason: "closed"),
        .refusedForNow(ServerAnswer(code: 451)),
      ]
      for (place, outcome) in outcomes.enumerated() {
        let verdict = Verdict(
          of: outcome, tries: Tries(1), retrying: .standard, inDoubt: .resend, now: now)
        #expect(verdict.state == .deferred)
        try await scene.record(verdict, of: place + 1, lease: lease)
      }
      #expect(
        try await scene.minutes().map { $0.drop { $0 != " " } } == [
          " 0 sent, 2 deferred, 0 failed, 1 in doubt"
        ])
      let sent = try await scene.store.usage.sent(
        by: scene.campaign.sender, in: scene.key.workspace, since: now)
      #expect(sent.map(\.count) == [1])
    }
  }

  @Test func `messages that belong to no campaign are added to what is there`() async throws {
    try await Scene.set { scene async throws in
      let (usage, home, now) = (scene.store.usage, scene.key.workspace, Scene.start)
      let sender = scene.campaign.sender
      try await usage.note(.sent, by: sender, in: home, now: now)
      try await usage.note(.unknown, by: sender, in: home, now: now)
      try await usage.note(.sent, by: sender, in: home, now: now + .seconds(60))
      #expect(try await usage.sent(by: sender, in: home, since: now).map(\.count) == [2, 1])
      #expect(try await usage.sent(in: .new(), since: now).isEmpty)
    }
  }
}

extension Scene {
  /// The workspace's minutes as text.
  fileprivate func minutes() async throws -> [String] {
    try await look(
      """
      SELECT minute, sent, deferred, failed, in_doubt FROM sender_minutes
      WHERE workspace_id = \(blob: key.workspace.octets) ORDER BY minute, sender_id
      """
    ).map { row in
      let counts = try ["sent", "deferred", "failed", "in_doubt"].map { try row.integer($0) }
      return "\(try row.integer("minute")): \(counts[0]) sent, \(counts[1]) deferred, "
        + "\(counts[2]) failed, \(counts[3]) in doubt"
    }
  }
}
