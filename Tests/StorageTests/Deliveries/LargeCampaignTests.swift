import Database
import Model
import Octets
import Storage
import Testing

@Suite("A campaign of 200,000")
struct LargeCampaignTests {
  @Test func `no page scans a table, sorts, or walks far`() async throws {
    try await watched { scene, other, path async throws in
      let (store, key, home) = (scene.store, scene.key, scene.key.workspace)
      _ = StatementTrace.take(path)
      for states in DeliveryState.allCases.map({ [$0] as Set }) + [nil, [.queued, .failed]] {
        for after in [0, 99_000, 199_999] {
          _ = try await store.deliveries.page(of: key, states: states, after: after, limit: 51)
        }
        if let states {
          _ = try await store.deliveries.queue(in: home, states: states, limit: 51)
          _ = try await store.deliveries.queue(
            in: home, states: states, after: (other, 4_000), limit: 51)
        }
      }
      _ = try await store.deliveries.find(key, 100_000)
      for after in [nil, (Scene.start + .seconds(50_000), key.campaign, 50_000, 1)] {
        for trouble in [false, true] {
          _ = try await store.log.page(
            in: home, after: after, limit: 51, troubleOnly: trouble)
        }
      }
      try await expectSearches(scene, StatementTrace.take(path))
      // Nor does what a start, a claim and those who ask set going; 200,000 rows are over a
      // million steps.
      _ = try await store.deliveries.recover(scene.campaign, now: Scene.start)
      let claim = try await store.deliveries.claim(
        10, of: key, after: 0, lease: .new(), now: Timestamp(microseconds: 0))
      #expect(claim.claimed.count == 10)
      _ = try await store.deliveries.retry(.unknown, of: key, now: Scene.start)
      _ = try await store.deliveries.retry(.temporaryFailures, of: key, now: Scene.start)
      #expect(StatementTrace.take(path).filter { $0.steps > 200_000 } == [])
    }
  }

  @Test func `lists, contacts, campaigns and addresses are found by keys`() async throws {
    try await watched { scene, other, path async throws in
      let (audiences, home) = (scene.store.audiences, scene.key.workspace)
      _ = StatementTrace.take(path)
      _ = try await audiences.lists(in: home, after: .new(), limit: 51)
      for search in [nil, "person19999"] {
        for refused in [nil, true, false] {
          for after in [0, 100_000] {
            _ = try await audiences.rows(
              of: scene.audience.id, in: home, after: after, limit: 51, search: search,
              refused: refused)
          }
        }
        let page = try await audiences.contacts(in: home, limit: 51, search: search)
        #expect(page.count == (search == nil ? 51 : 11))
        let after = try #require(page.last).place
        _ = try await audiences.contacts(in: home, after: after, limit: 51, search: search)
      }
      let store = scene.store
      for states in [nil, [.sending], [.sending, .preparing]] as [Set<CampaignState>?] {
        _ = try await store.campaigns.page(
          in: home, states: states, archived: true, search: "x", after: other, limit: 51)
        _ = try await store.campaigns.page(in: home, states: states, limit: 51)
      }
      _ = try await store.campaigns.active()
      _ = try await store.campaigns.progress(scene.key)
      _ = try await store.templates.page(in: home, after: other, limit: 51, search: "x")
      _ = try await store.usage.sent(by: other, in: home, since: Scene.start)
      _ = try await store.usage.sent(in: home, since: Scene.start)
      try await expectSearches(
        scene, StatementTrace.take(path), indexes: ["campaigns_active", "campaigns_unended"])
      try await expectAddresses(scene, path)
    }
  }

  private func expectAddresses(_ scene: Scene, _ path: String) async throws {
    _ = StatementTrace.take(path)
    let found = try await scene.store.deliveries.page(
      of: scene.key, search: "PERSON19999", after: 100_000, limit: 51)
    #expect(found.map(\.number) == Array(199_990...199_999))
    let searches = StatementTrace.take(path).map(\.sql).filter { $0.contains("FROM deliveries") }
    #expect(!searches.isEmpty && searches.allSatisfy { $0.contains("number <=") })
    let missing = try await scene.store.deliveries.page(
      of: scene.key, search: "zoe", after: 0, limit: 51)
    #expect(missing.isEmpty)
    #expect(!StatementTrace.take(path).contains { $0.sql.contains("FROM deliveries") })
    // What nearly everyone's address begins with lies close together.
    let common = try await scene.store.deliveries.page(
      of: scene.key, search: "p", after: 0, limit: 51)
    #expect(common.count == 51)
  }

  /// All tables are searched by keys or by the named indexes, and nothing is sorted on the side.
  private func expectSearches(
    _ scene: Scene, _ runs: [StatementTrace.Run], indexes: [String] = []
  ) async throws {
    #expect(runs.filter { $0.steps > 30_000 } == [])
    let plans = try await scene.plans(runs)
    #expect(plans.count > 4)
    for (sql, details) in plans {
      for detail in details {
        let isNamed = indexes.contains { detail.contains($0) }
        #expect(isNamed || !detail.hasPrefix("SCAN") || detail == "SCAN CONSTANT ROW", "\(sql)")
        #expect(!detail.contains("TEMP B-TREE"), "\(sql)")
      }
    }
  }

  /// A scene with 200,000 deliveries, half of them tried, each twentieth of these in another state
  /// than sent; beside it a smaller campaign and a twin in another workspace.
  private func watched(
    _ body: (Scene, Identifier, String) async throws -> Void
  ) async throws {
    try await Scene.set { scene async throws in
      _ = try await scene.twin(recipients: 10)
      let other = try await scene.another(recipients: 0)
      try await scene.fillQuickly(200_000)
      try await other.fillQuickly(5_000)
      StatementTrace.watch(scene.path)
      let (store, _) = try await Store.open(path: scene.path)
      let seen = Scene(
        path: scene.path, store: store, pool: scene.pool, campaign: scene.campaign,
        audience: scene.audience)
      try await body(seen, other.campaign.id, scene.path)
    }
  }
}

extension Scene {
  /// Makes rows of the list, deliveries and tries by one statement each, as if by sending.
  fileprivate func fillQuickly(_ count: Int) async throws {
    let tried = count / 2
    try await pool.write { [key, audience, campaign] connection throws(DatabaseError) in
      let numbers: SQL = """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
        """
      let (home, id) = (key.workspace.octets, key.campaign.octets)
      try connection.change(
        """
        INSERT INTO audience_rows (workspace_id, audience_id, line, email, email_key, fields)
        \(numbers) SELECT \(blob: home), \(blob: audience.id.octets), i + 1,
          'Person' || i || '@example.org', 'person' || i || '@example.org', '[]' FROM n
        """)
      try connection.change(
        """
        INSERT INTO deliveries (workspace_id, campaign_id, number, email, fields, state, attempts,
          lease, due_at, reason)
        \(numbers) SELECT \(blob: home), \(blob: id), i, 'Person' || i || '@example.org', '[]',
          CASE WHEN i > \(tried) THEN 0 WHEN i % 20 = 0 THEN 1 + i / 20 % 8 ELSE 3 END, 1, NULL,
          NULL, NULL
        FROM n
        """)
      let all: SQL = "workspace_id = \(blob: home) AND campaign_id = \(blob: id)"
      try connection.change("UPDATE deliveries SET lease = number WHERE \(all) AND state = 1")
      try connection.change("UPDATE deliveries SET due_at = number WHERE \(all) AND state = 2")
      try connection.change(
        """
        INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
          started_at, finished_at, state)
        SELECT workspace_id, campaign_id, number, 1, \(blob: campaign.sender.octets), 'mx', 0,
          \(Scene.start.microseconds) + number * 1000000, state
        FROM deliveries WHERE \(all) AND number <= \(tried)
        """)
      _ = try connection.change(
        """
        UPDATE campaigns SET state = 'sending', first_queued = \(tried + 1),
          planned_line = \(count + 1),
          (queued, sending, deferred, sent, failed, in_doubt_count, suppressed, skipped, cancelled)
          = (SELECT SUM(state = 0), SUM(state = 1), SUM(state = 2), SUM(state = 3), SUM(state = 4),
            SUM(state = 5), SUM(state = 6), SUM(state = 7), SUM(state = 8)
            FROM deliveries WHERE \(all))
        WHERE workspace_id = \(blob: home) AND id = \(blob: id)
        """)
    }
  }
}
