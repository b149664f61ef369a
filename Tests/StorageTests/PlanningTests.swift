import Model
import Storage
import Testing

@Suite("Planning")
struct PlanningTests {
  /// Lines with gaps, as blank rows leave them, a duplicate and an invalid address.
  private static let rows = [
    Sample.row(line: 2), Sample.row(line: 4), Sample.row(line: 5, "nobody"),
    Sample.row(line: 9, "person2@example.org"), Sample.row(line: 10), Sample.row(line: 400),
    Sample.row(line: 401),
  ]

  private static let emails = [
    "person2@example.org", "person4@example.org", "nobody", "person2@example.org",
    "person10@example.org", "person400@example.org", "person401@example.org",
  ]

  @Test(arguments: [1, 2, 3, 6, 7, 100])
  func `numbers ascend from one in the order of the file`(_ chunk: Int) async throws {
    try await Scene.set { scene async throws in
      try await scene.store.audiences.store(Self.rows, of: scene.audience, state: .ready)
      var planned: [Int] = []
      repeat {
        planned.append(try await scene.deliveries.planNext(chunk, of: scene.campaign))
        try await scene.expectBalance()
      } while planned.last != 0
      #expect(planned.reduce(0, +) == 7)
      #expect(planned.allSatisfy { $0 <= chunk })
      let report = try await scene.deliveries.report(of: scene.key, after: 0, limit: 100)
      #expect(report.map(\.number) == Array(1...7))
      #expect(report.map { String(decoding: $0.email, as: UTF8.self) } == Self.emails)
      #expect(
        report.map(\.state) == [.queued, .queued, .skipped, .skipped, .queued, .queued, .queued])
      #expect(
        report.map(\.reason) == ["", "", "invalid address", "duplicate of line 2", "", "", ""])
      let counts = try await scene.counts()
      #expect(counts[.queued] == 5)
      #expect(counts[.skipped] == 2)
    }
  }

  @Test func `planning goes on behind the last chunk, whatever happened meanwhile`() async throws {
    try await Scene.set { scene async throws in
      let rows = (2..<32).map { Sample.row(line: $0) }
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      var first = try await scene.deliveries.planNext(10, of: scene.campaign)
      #expect(first == 10)
      // The program is killed, started again, and what was planned is partly sent.
      let (store, migrated) = try await Store.open(path: scene.path)
      #expect(migrated == [])
      let lease = Lease.new()
      for number in try await scene.claim(5, lease: lease) {
        try await scene.record(Sample.accepted, of: number, lease: lease)
      }
      first = try await store.deliveries.planNext(100, of: scene.campaign)
      #expect(first == 20)
      #expect(try await store.deliveries.planNext(100, of: scene.campaign) == 0)
      let counts = try await scene.counts()
      #expect(counts[.sent] == 5)
      #expect(counts[.queued] == 25)
    }
  }

  @Test func `planning again changes nothing`() async throws {
    try await Scene.set(recipients: 12) { scene async throws in
      let before = try #require(try await scene.store.campaigns.find(scene.key))
      for _ in 0..<3 {
        #expect(try await scene.deliveries.planNext(100, of: scene.campaign) == 0)
      }
      let after = try #require(try await scene.store.campaigns.find(scene.key))
      #expect(after.counts == before.counts)
      #expect(after.revision == before.revision)
    }
  }

  @Test func `two planners at once plan each row once`() async throws {
    try await Scene.set { scene async throws in
      let rows = (2..<302).map { Sample.row(line: $0) }
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      let (other, _) = try await Store.open(path: scene.path)
      let planned = try await withThrowingTaskGroup(of: Int.self) { group in
        for store in [scene.store, other] {
          group.addTask {
            var sum = 0
            while case let count = try await store.deliveries.planNext(7, of: scene.campaign),
              count > 0
            {
              sum += count
            }
            return sum
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(planned == 300)
    }
  }

  @Test func `an empty audience is planned at once`() async throws {
    try await Scene.set { scene async throws in
      let planned = try await scene.deliveries.planNext(10, of: scene.campaign)
      #expect(planned == 0)
      #expect(try await scene.counts().total == 0)
    }
  }

  @Test func `fields and address travel from the file to the claim`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let claim = try await scene.deliveries.claim(
        1, of: scene.key, after: 0, lease: .new(), now: Scene.start)
      let delivery = try #require(claim.claimed.first)
      #expect(delivery.number == 1)
      #expect(delivery.attempts == 0)
      #expect(String(decoding: delivery.email, as: UTF8.self) == "person2@example.org")
      #expect(
        FieldList.values(delivery.fields)?.map { String(decoding: $0, as: UTF8.self) }
          == ["person2@example.org", "Name"])
    }
  }
}
