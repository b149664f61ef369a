import Model
import Octets
import Storage
import Testing

@Suite("Pages of deliveries")
struct QueueTests {
  /// Thirty deliveries in all states that can be reached, mixed.
  private func fill(_ scene: Scene) async throws {
    let rows = (2..<32).map { line in
      line.isMultiple(of: 7) ? Sample.row(line: line, "nobody") : Sample.row(line: line)
    }
    try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
    _ = try await scene.deliveries.planNext(100, of: scene.campaign)
    let lease = Lease.new()
    for number in try await scene.claim(18, lease: lease) {
      switch number % 6 {
      case 0: try await scene.record(Sample.accepted, of: number, lease: lease)
      case 1: try await scene.record(Sample.refused, of: number, lease: lease)
      case 2:
        try await scene.record(
          Sample.deferred(until: Scene.start + .seconds(number)), of: number, lease: lease)
      case 3:
        try await scene.record(
          Verdict(state: .unknown, reason: "no reply"), of: number, lease: lease)
      case 4: break
      default: try await scene.deliveries.release([number], of: scene.key, lease: lease)
      }
    }
  }

  private func walk(
    _ scene: Scene, _ states: Set<DeliveryState>?, search: String? = nil, limit: Int
  ) async throws -> [QueueRow] {
    var (seen, last): ([QueueRow], Int) = ([], 0)
    while true {
      let page = try await scene.deliveries.page(
        of: scene.key, states: states, search: search, after: last, limit: limit)
      guard let end = page.last else { return seen }
      #expect(page.count <= limit)
      seen += page
      last = end.number
    }
  }

  private static let chosen: [[DeliveryState]] =
    DeliveryState.allCases.map { [$0] } + [
      [.queued, .sending, .deferred], [.sent, .failed], [.failed, .unknown, .skipped],
      DeliveryState.allCases, [],
    ]

  @Test(arguments: [1, 3, 100])
  func `pages of some states hold each of their rows once, in send order`(
    _ limit: Int
  ) async throws {
    try await Scene.set { scene async throws in
      try await fill(scene)
      let all = try await scene.states()
      for states in Self.chosen {
        let rows = try await walk(scene, Set(states), limit: limit)
        #expect(
          rows.map(\.number) == all.filter { states.contains($0.value) }.keys.sorted(),
          "\(states)")
        #expect(rows.allSatisfy { all[$0.number] == $0.state })
        #expect(rows.allSatisfy { $0.campaignName == "November" })
      }
    }
  }

  @Test(arguments: [1, 3, 100])
  func `without states every row is there, with all that is known of it`(
    _ limit: Int
  ) async throws {
    try await Scene.set { scene async throws in
      try await fill(scene)
      let rows = try await walk(scene, nil, limit: limit)
      #expect(rows.map(\.number) == Array(1...30))
      let failed = try #require(rows.first { $0.state == .failed })
      #expect(failed.code == 550 && failed.enhancedCode == "5.1.1")
      #expect(failed.reason == "no such user" && failed.attempts == 1)
      #expect(failed.finishedAt == Scene.start + .seconds(1))
      let deferred = try #require(rows.first { $0.state == .deferred })
      #expect(deferred.dueAt == Scene.start + .seconds(deferred.number))
    }
  }

  @Test(arguments: [1, 3, 100])
  func `addresses are found by their beginning, whatever their case`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      try await fill(scene)
      func lines(_ search: String, _ states: Set<DeliveryState>? = nil) async throws -> [Int] {
        try await walk(scene, states, search: search, limit: limit).map { $0.number + 1 }
      }
      #expect(try await lines("PERSON2") == [2, 20, 22, 23, 24, 25, 26, 27, 29])
      #expect(try await lines("person2@") == [2])
      #expect(try await lines("nob") == [7, 14, 21, 28])
      #expect(try await lines("person2", [.queued]) == [23, 24, 25, 26, 27, 29])
      #expect(try await lines("nobody", [.skipped, .queued]) == [7, 14, 21, 28])
      #expect(try await lines("person%") == [])
    }
  }

  @Test func `lines that a file leaves out do not hide an address`() async throws {
    try await Scene.set { scene async throws in
      // Blank lines, and values that go on over several.
      let rows = [3, 4, 90, 91, 500].map { Sample.row(line: $0) }
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      _ = try await scene.deliveries.planNext(100, of: scene.campaign)
      let found = try await walk(scene, nil, search: "person9", limit: 1)
      #expect(found.map(\.number) == [3, 4])
      #expect(try await walk(scene, nil, search: "person500@", limit: 9).map(\.number) == [5])
      #expect(try await walk(scene, nil, search: "person3@", limit: 9).map(\.number) == [1])
    }
  }

  @Test(arguments: [1, 4, 7, 100])
  func `the queue goes through all campaigns, the newest first`(_ limit: Int) async throws {
    try await Scene.set(recipients: 5) { scene async throws in
      let newer = try await scene.another(recipients: 6)
      let newest = try await scene.another(recipients: 3)
      let lease = Lease.new()
      for number in try await newer.claim(4, lease: lease) {
        let verdict = number == 1 ? Sample.accepted : Sample.deferred(until: Scene.start)
        if number < 4 { try await newer.record(verdict, of: number, lease: lease) }
      }
      func walk(_ states: Set<DeliveryState>) async throws -> [String] {
        var (seen, last): ([String], (Identifier, Int)?) = ([], nil)
        while true {
          let page = try await scene.deliveries.queue(
            in: scene.key.workspace, states: states, after: last, limit: limit)
          guard let end = page.last else { return seen }
          #expect(page.count <= limit)
          seen += page.map { "\($0.campaignName) \($0.number)" }
          last = (end.campaign, end.number)
        }
      }
      let (first, second) = (newest.campaign.name, newer.campaign.name)
      let waiting =
        (1...3).map { "\(first) \($0)" } + (2...6).map { "\(second) \($0)" }
        + (1...5).map { "\(scene.campaign.name) \($0)" }
      #expect(try await walk([.queued, .sending, .deferred]) == waiting)
      #expect(try await walk([.sent]) == ["\(second) 1"])
      #expect(try await walk([.deferred]) == ["\(second) 2", "\(second) 3"])
      #expect(try await walk([.sending]) == ["\(second) 4"])
      #expect(try await walk([.failed]) == [])
      #expect(try await scene.deliveries.queue(in: .new(), limit: 9).isEmpty)
      try await newer.expectBalance()
    }
  }

  @Test func `one delivery comes with its tries, the latest first`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 1, lease: lease)
      _ = try await scene.claim(1, lease: lease)
      try await scene.record(Sample.accepted, of: 1, attempt: 2, lease: lease)
      let found = try #require(try await scene.deliveries.find(scene.key, 1))
      #expect(found.row.state == .sent && found.row.attempts == 2)
      #expect(found.attempts.map(\.attempt) == [2, 1])
      #expect(found.attempts.map(\.code) == [250, 451])
      #expect(found.attempts.map(\.answer) == [[UInt8]("ok".utf8), [UInt8]("busy".utf8)])
      #expect(try await scene.deliveries.find(scene.key, 2)?.attempts.isEmpty == true)
      #expect(try await scene.deliveries.find(scene.key, 3) == nil)
    }
  }

  @Test func `a page of none or of too many is cut`() async throws {
    try await Scene.set(recipients: 5) { scene async throws in
      for limit in [0, -1, Int.min] {
        #expect(
          try await scene.deliveries.page(of: scene.key, after: 0, limit: limit).isEmpty)
        #expect(
          try await scene.deliveries.page(
            of: scene.key, states: [.queued], after: 0, limit: limit
          ).isEmpty)
        #expect(try await scene.deliveries.queue(in: scene.key.workspace, limit: limit).isEmpty)
      }
      #expect(
        try await scene.deliveries.page(of: scene.key, states: [.queued], after: 0, limit: .max)
          .count == 5)
      #expect(
        try await scene.deliveries.page(of: scene.key, after: .max, limit: 9).isEmpty)
    }
  }
}

extension Scene {
  /// Another campaign of the same workspace, filled; each is younger than the one before.
  func another(recipients: Int) async throws -> Scene {
    let (made, audience) = Sample.campaign(in: key.workspace, sender: campaign.sender)
    var campaign = made
    campaign.name = "After \(recipients)"
    try await store.campaigns.add(campaign, with: audience, now: Scene.start)
    let scene = Scene(path: path, store: store, pool: pool, campaign: campaign, audience: audience)
    try await scene.plan(recipients)
    return scene
  }
}
