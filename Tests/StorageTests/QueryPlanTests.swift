import Database
import Foundation
import Model
import Octets
import Storage
import Testing

@Suite("Query plans")
struct QueryPlanTests {
  @Test func `a claim finds its rows by the primary key and by what is due`() async throws {
    try await watched { scene, path async throws in
      let lease = Lease.new()
      _ = try await scene.claim(20, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 7, lease: lease)
      _ = StatementTrace.take(path)
      let claim = try await scene.deliveries.claim(
        10, of: scene.key, after: 20, lease: lease, now: Scene.start)
      #expect(claim.claimed.map(\.number) == [7] + Array(21...29))
      let plans = try await scene.plans(StatementTrace.take(path))
      let details = plans.flatMap(\.value)
      #expect(plans.keys.filter { $0.hasPrefix("SELECT number") }.count == 2)
      #expect(plans.keys.filter { $0.hasPrefix("UPDATE deliveries") }.count == 2)
      let fresh = "USING PRIMARY KEY (workspace_id=? AND campaign_id=? AND number>?)"
      let due = "USING INDEX deliveries_deferred (workspace_id=? AND campaign_id=? AND due_at>?"
      #expect(details.contains { $0.contains(fresh) })
      #expect(details.contains { $0.contains(due) })
      expectSearches(plans)
    }
  }

  @Test func `nothing that is done while sending scans a table or sorts`() async throws {
    try await watched { scene, path async throws in
      _ = StatementTrace.take(path)
      let lease = Lease.new()
      _ = try await scene.claim(20, lease: lease)
      try await scene.intend(1, lease: lease)
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 2, lease: lease)
      try await scene.intend(3, lease: lease)
      try await scene.deliveries.release([4, 5], of: scene.key, lease: lease)
      _ = try await scene.deliveries.nextDue(scene.key)
      _ = try await scene.store.campaigns.counts(scene.key)
      _ = try await scene.deliveries.report(of: scene.key, after: 10, limit: 10)
      _ = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      _ = try await scene.deliveries.recount(scene.key)
      try await scene.deliveries.endUnsent(
        of: scene.key, as: .cancelled, reason: "r", now: Scene.start)
      try await scene.deliveries.revive(.cancelled, of: scene.key, now: Scene.start)
      let runs = StatementTrace.take(path)
      #expect(runs.count > 20)
      #expect(runs.filter { $0.scanned > 0 } == [])
      expectSearches(try await scene.plans(runs), mayGroup: true)
    }
  }

  @Test func `planning and storing rows scan no table`() async throws {
    try await watched { scene, path async throws in
      _ = StatementTrace.take(path)
      try await scene.store.audiences.store(
        [Sample.row(line: 900), Sample.row(line: 901, "person900@example.org")],
        of: scene.audience, state: .ready)
      let planned = try await scene.deliveries.planNext(10, of: scene.campaign)
      #expect(planned == 2)
      let plans = try await scene.plans(StatementTrace.take(path)).flatMap(\.value)
      let tables = ["deliveries", "audience_rows", "campaigns", "audiences"]
      for table in tables {
        #expect(!plans.contains { $0.hasPrefix("SCAN \(table)") }, "\(table)")
      }
      #expect(plans.contains { $0.hasPrefix("SEARCH audience_rows") })
    }
  }

  /// Each table is searched by a key; nothing is scanned or sorted on the side.
  private func expectSearches(
    _ plans: [String: [String]], mayGroup: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (sql, details) in plans {
      for detail in details {
        #expect(!detail.hasPrefix("SCAN"), "\(sql)", sourceLocation: sourceLocation)
        let isGrouping = detail.contains("GROUP BY") && mayGroup
        #expect(
          isGrouping || !detail.contains("TEMP B-TREE"), "\(sql)", sourceLocation: sourceLocation)
      }
    }
  }

  /// A scene whose store was opened under observation, with neighbours on both sides.
  private func watched(_ body: (Scene, String) async throws -> Void) async throws {
    try await Scene.set(recipients: 200) { scene async throws in
      let other = try await scene.twin(recipients: 200)
      StatementTrace.watch(scene.path)
      let (store, _) = try await Store.open(path: scene.path)
      let seen = Scene(
        path: scene.path, store: store, pool: scene.pool, campaign: scene.campaign,
        audience: scene.audience)
      try await body(seen, scene.path)
      #expect(try await other.counts()[.queued] == 200)
    }
  }
}

extension Scene {
  /// The engine's plan of each statement that reads or changes rows.
  func plans(_ runs: [StatementTrace.Run]) async throws -> [String: [String]] {
    var plans: [String: [String]] = [:]
    for sql in Set(runs.map(\.sql)) {
      guard ["SELECT", "UPDATE", "INSERT", "DELETE"].contains(where: sql.hasPrefix) else {
        continue
      }
      plans[sql] = try await pool.read { connection throws(DatabaseError) in
        try connection.run(SQL(stringLiteral: "EXPLAIN QUERY PLAN \(sql)"))
      }.map { try $0.text("detail") }
    }
    #expect(!plans.isEmpty)
    return plans
  }
}
