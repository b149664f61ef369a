import Database
import Model
import Octets
import Storage
import Testing

@Suite("A workspace's figures and settings")
struct WorkspaceTests {
  @Test func `a workspace's settings come back, its link key untouched`() async throws {
    try await Scene.set { scene async throws in
      let workspaces = scene.store.workspaces
      let twin = try await scene.twin(recipients: 0)
      var workspace = try #require(try await workspaces.find(scene.key.workspace))
      #expect(workspace.name == "Main" && workspace.timeZone == "UTC")
      #expect(workspace.messagesPerHour == nil)
      workspace.name = "Ada's house"
      workspace.timeZone = "Pacific/Auckland"
      workspace.messagesPerHour = 300
      workspace.sealedLinkKey = [9, 9]
      #expect(try await workspaces.update(workspace))
      let stored = try await workspaces.first(orAdd: Sample.workspace(), now: Scene.start)
      #expect(stored.id == scene.key.workspace)
      #expect(stored.name == "Ada's house" && stored.timeZone == "Pacific/Auckland")
      #expect(stored.messagesPerHour == 300 && stored.sealedLinkKey == [1])
      #expect(try await workspaces.find(twin.key.workspace)?.name == "Second")
      #expect(try await workspaces.find(.new()) == nil)
      #expect(try await !workspaces.update(Sample.workspace()))
    }
  }

  @Test func `totals count what the workspace has, and no one else's`() async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      let twin = try await scene.twin(recipients: 2)
      let lease = Lease.new()
      _ = try await scene.claim(3, lease: lease)
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      try await scene.record(Sample.refused, of: 2, lease: lease)
      try await scene.pool.write { connection throws(DatabaseError) in
        let home = scene.key.workspace.octets
        try connection.change(
          "UPDATE audiences SET row_count = 6, refused_count = 1 WHERE workspace_id = \(blob: home)"
        )
        for (place, columns) in [("single", "ready"), ("list", "empty")].enumerated() {
          try connection.change(
            """
            INSERT INTO audiences (workspace_id, id, file, state, field_names, email_column,
              file_offset, line, created_at, kind, row_count)
            VALUES (\(blob: home), \(blob: [UInt8](repeating: UInt8(place), count: 16)), '',
              \(columns.1), '[]', 0, 0, 0, 0, \(columns.0), 100)
            """)
        }
        _ = try connection.change(
          """
          INSERT INTO templates (workspace_id, id, name, subject, created_at, changed_at)
          VALUES (\(blob: home), x'01', 'a', 'b', 0, 0), (\(blob: home), x'02', 'a', 'b', 0, 0)
          """)
      }
      let totals = try await scene.store.workspaces.totals(scene.key.workspace)
      #expect(totals.lists == 1 && totals.recipients == 5)
      #expect(totals.templates == 2 && totals.campaigns == 1)
      #expect(totals.deliveries[.sent] == 1 && totals.deliveries[.failed] == 1)
      #expect(totals.deliveries[.sending] == 1 && totals.deliveries[.queued] == 3)
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          """
          UPDATE campaigns SET archived_at = 1
          WHERE workspace_id = \(blob: scene.key.workspace.octets)
          """)
      }
      let archived = try await scene.store.workspaces.totals(scene.key.workspace)
      #expect(archived.campaigns == 0 && archived.deliveries.total == 6)
      let theirs = try await scene.store.workspaces.totals(twin.key.workspace)
      #expect(theirs.templates == 0 && theirs.deliveries.total == 2)
      let nobodys = try await scene.store.workspaces.totals(.new())
      #expect(nobodys.lists == 0 && nobodys.recipients == 0 && nobodys.deliveries.total == 0)
    }
  }

  @Test func `activity falls between its beginnings, and empty spans are zeros`() async throws {
    try await Scene.set { scene async throws in
      // 09:30:40 of some day; minutes are counted from the full one.
      let now = Timestamp(seconds: 1_795_000_200 + 40)
      let since = now + .seconds(-3_600)
      let first = Int(since.seconds / 60)
      try await scene.tally([
        (first - 1, 7), (first, 1), (first + 9, 2), (first + 10, 4), (first + 60, 8),
        (first + 61, 16),
      ])
      // Of unequal length, one of none at all.
      let beginnings = [0, 600, 900, 900, 3_600].map { since + .seconds($0) }
      let points = try await scene.store.workspaces.activity(
        scene.key.workspace, from: beginnings, to: now)
      #expect(points.map(\.sent) == [3, 4, 0, 0, 8])
      #expect(points.map(\.failed) == [2, 1, 0, 0, 1])
      #expect(points.map(\.deferred) == [4, 2, 0, 0, 2])
      #expect(points.map(\.unknown) == [6, 3, 0, 0, 3])
      #expect(points.first?.start == Timestamp(seconds: Int64(first * 60)))
      #expect(points.last?.start == Timestamp(seconds: Int64((first + 60) * 60)))
      let theirs = try await scene.store.workspaces.activity(.new(), from: beginnings, to: now)
      #expect(theirs.map(\.sent) == [0, 0, 0, 0, 0])
    }
  }

  @Test func `moments at the ends of time, and none, make no trouble`() async throws {
    try await Scene.set { scene async throws in
      let (workspaces, home) = (scene.store.workspaces, scene.key.workspace)
      let ends = [Timestamp(microseconds: .min), Timestamp(microseconds: .max)]
      #expect(try await workspaces.activity(home, from: [], to: Scene.start).isEmpty)
      #expect(try await workspaces.activity(home, from: ends, to: ends[1]).count == 2)
      #expect(try await workspaces.activity(home, from: ends.reversed(), to: ends[0]).count == 2)
    }
  }

  @Test func `registration is closed until someone opens it`() async throws {
    try await Scene.set { scene async throws in
      let settings = scene.store.settings
      #expect(try await settings.registration() == .closed)
      for registration in Registration.allCases {
        try await settings.setRegistration(registration)
        #expect(try await settings.registration() == registration)
      }
      #expect(try await settings.value("x") == nil)
      try await settings.set("x", "'; --")
      try await settings.set("x", "")
      #expect(try await settings.value("x") == "")
      // What a later version may have written is not open to everybody.
      try await settings.set("registration", "whatever")
      #expect(try await settings.registration() == .closed)
    }
  }
}

extension Scene {
  /// Writes minutes of two senders, as the ledger counts them.
  fileprivate func tally(_ minutes: [(minute: Int, sent: Int)]) async throws {
    try await pool.write { connection throws(DatabaseError) in
      for (minute, sent) in minutes {
        for (sender, sent) in [(UInt8(1), sent), (UInt8(2), 0)] {
          try connection.change(
            """
            INSERT INTO sender_minutes
              (workspace_id, sender_id, minute, sent, deferred, failed, in_doubt)
            VALUES (\(blob: key.workspace.octets), \(blob: [sender]), \(minute), \(sent),
              \(sender == 1 ? 2 : 0), \(sender == 2 ? 1 : 0), \(sender == 2 ? 3 : 0))
            """)
        }
      }
    }
  }
}
