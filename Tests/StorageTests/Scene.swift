import Database
import Foundation
import Model
import Octets
import Storage
import Testing

/// A store on a file of its own, with a workspace, a sender and one campaign to be filled.
struct Scene: Sendable {
  let path: String
  let store: Store
  /// The same file seen from outside the store.
  let pool: DatabasePool
  let campaign: Campaign
  let audience: Audience

  var key: CampaignKey { campaign.key }
  var deliveries: Deliveries { store.deliveries }

  static let start = Timestamp(seconds: 1_795_000_000)

  /// Runs a test in a new scene and looks at the books when it is over.
  static func set(
    inDoubt: InDoubtPolicy = .hold, recipients: Int = 0,
    journaling: Ledger.Journaling = .whenItPays,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (Scene) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/martlet-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/martlet.db"
    let (store, _) = try await Store.open(path: path, journaling: journaling)
    let pool = try DatabasePool(path: path)
    let workspace = try await store.workspaces.first(
      orAdd: Workspace(id: .new(), sealedLinkKey: [1]), now: start
    ).id
    let sender = Identifier.new()
    try await store.senders.add(Sample.sender(sender, in: workspace), now: start)
    let (campaign, audience) = Sample.campaign(
      in: workspace, sender: sender, inDoubt: inDoubt)
    try await store.campaigns.add(campaign, with: audience, now: start)
    let scene = Scene(
      path: path, store: store, pool: pool, campaign: campaign, audience: audience)
    if recipients > 0 { try await scene.plan(recipients) }
    try await body(scene)
    try await scene.expectBalance(sourceLocation: sourceLocation)
  }

  /// Stores recipients and makes deliveries of them all.
  func plan(_ recipients: Int) async throws {
    let rows = (0..<recipients).map { Sample.row(line: $0 + 2) }
    try await store.audiences.store(rows, of: audience, state: .ready)
    while try await deliveries.planNext(1_000, of: campaign) > 0 {}
  }

  /// The campaign with the same number in a second workspace, filled as well.
  func twin(recipients: Int) async throws -> Scene {
    let workspace = Identifier.new()
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        INSERT INTO workspaces (id, name, sealed_link_key, created_at)
        VALUES (\(blob: workspace.octets), 'Second', x'02', \(Scene.start.microseconds + 1))
        """)
    }
    let sender = Identifier.new()
    try await store.senders.add(Sample.sender(sender, in: workspace), now: Scene.start)
    let (campaign, audience) = Sample.campaign(
      in: workspace, sender: sender, inDoubt: campaign.inDoubt, id: campaign.id,
      audience: audience.id)
    try await store.campaigns.add(campaign, with: audience, now: Scene.start)
    let twin = Scene(path: path, store: store, pool: pool, campaign: campaign, audience: audience)
    try await twin.plan(recipients)
    return twin
  }

  /// The invariant: the counters are what the rows say, and each row is whole.
  func expectBalance(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await store.ledger.settle()
    guard let stored = try await store.campaigns.find(key) else { return }
    let recounted = try await deliveries.recount(key)
    #expect(stored.counts == recounted, sourceLocation: sourceLocation)
    let row = try #require(
      try await look(
        """
        SELECT COUNT(*) AS rows, COALESCE(MAX(number), 0) AS last, COALESCE(MIN(number), 1) AS first,
          COALESCE(SUM((state = 1) <> (lease IS NOT NULL)), 0) AS leases,
          COALESCE(SUM((state = 2) <> (due_at IS NOT NULL)), 0) AS dues,
          COALESCE(SUM(state NOT BETWEEN 0 AND 8), 0) AS strangers,
          COALESCE(SUM(state = 0 AND number < (SELECT first_queued FROM campaigns AS c
            WHERE c.workspace_id = deliveries.workspace_id
              AND c.id = deliveries.campaign_id)), 0) AS passed_over
        FROM deliveries WHERE workspace_id = \(blob: key.workspace.octets)
          AND campaign_id = \(blob: key.campaign.octets)
        """
      ).first)
    let rows = try row.integer("rows")
    #expect(recounted.total == rows, sourceLocation: sourceLocation)
    let numbers = (first: try row.integer("first"), last: try row.integer("last"))
    #expect(numbers == (1, rows), "numbers are 1 to n", sourceLocation: sourceLocation)
    let leases = try row.integer("leases")
    #expect(leases == 0, "a lease, exactly while sending", sourceLocation: sourceLocation)
    let dues = try row.integer("dues")
    #expect(dues == 0, "a due time, exactly while deferred", sourceLocation: sourceLocation)
    let strangers = try row.integer("strangers")
    #expect(strangers == 0, sourceLocation: sourceLocation)
    let passed = try row.integer("passed_over")
    #expect(passed == 0, "none is queued before the first", sourceLocation: sourceLocation)
  }

  /// Asks the file itself.
  func look(_ query: SQL) async throws -> [Row] {
    try await store.ledger.settle()
    return try await pool.read { connection throws(DatabaseError) in try connection.run(query) }
  }

  /// The state of every delivery, by number.
  func states() async throws -> [Int: DeliveryState] {
    try await store.ledger.settle()
    var states: [Int: DeliveryState] = [:]
    for row in try await deliveries.report(of: key, after: 0, limit: 100_000) {
      states[row.number] = row.state
    }
    return states
  }

  func counts() async throws -> CampaignCounts {
    try await store.ledger.settle()
    return try #require(try await store.campaigns.find(key)).counts
  }

  /// Claims from the beginning.
  func claim(_ limit: Int, lease: Lease, at now: Timestamp = start) async throws -> [Int] {
    try await deliveries.claim(limit, of: key, after: 0, lease: lease, now: now)
      .claimed.map(\.number)
  }

  /// Records what became of a message.
  @discardableResult
  func record(
    _ verdict: Verdict, of number: Int, attempt: Int = 1, lease: Lease
  ) async throws -> Ledger.Receipt {
    try await store.ledger.record(
      Sample.outcome(verdict, of: number, attempt: attempt, lease: lease), thenIntent: nil,
      of: key, sender: campaign.sender)
  }

  /// Records that a message's dot is about to be sent.
  @discardableResult
  func intend(_ number: Int, lease: Lease) async throws -> Ledger.Receipt {
    try await store.ledger.record(
      nil, thenIntent: Ledger.Intent(number: number, lease: lease, at: Scene.start),
      of: key, sender: campaign.sender)
  }
}

extension Ledger.Receipt {
  var standsWhole: Bool { outcomeStands && intentStands }
}
