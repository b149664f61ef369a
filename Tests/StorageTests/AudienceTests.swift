import Database
import Model
import Storage
import Testing

@Suite("Audiences")
struct AudienceTests {
  @Test func `the second row of a person is refused and names the first`() async throws {
    try await Scene.set { scene async throws in
      try await scene.store.audiences.store(
        [
          Sample.row(line: 2, "ada@example.org"), Sample.row(line: 3, "bob@example.org"),
          Sample.row(line: 7, "ada@example.org"),
        ], of: scene.audience, state: .reading)
      #expect(
        try await scene.rows() == [
          "2 ada@example.org", "3 bob@example.org", "7 ada@example.org: duplicate of line 2",
        ])
    }
  }

  @Test func `a duplicate is found over batches, whatever its case`() async throws {
    try await Scene.set { scene async throws in
      let batches = [
        ["Ada@Example.org"], ["bob@example.org"], ["ADA@EXAMPLE.ORG", "ada@example.org"],
      ]
      var line = 1
      for batch in batches {
        let rows = batch.map { address in
          line += 1
          return Sample.row(line: line, address)
        }
        try await scene.store.audiences.store(rows, of: scene.audience, state: .reading)
      }
      #expect(
        try await scene.rows() == [
          "2 Ada@example.org", "3 bob@example.org", "4 ADA@example.org: duplicate of line 2",
          "5 ada@example.org: duplicate of line 2",
        ])
    }
  }

  @Test func `refused rows are no persons, and are never duplicates of each other`() async throws {
    try await Scene.set { scene async throws in
      try await scene.store.audiences.store(
        [
          Sample.row(line: 2, "nobody"), Sample.row(line: 3, "nobody"),
          Sample.row(line: 4, "ada@example.org").refused("suppressed"),
          Sample.row(line: 5, "ada@example.org"),
        ], of: scene.audience, state: .reading)
      #expect(
        try await scene.rows() == [
          "2 nobody: invalid address", "3 nobody: invalid address",
          "4 ada@example.org: suppressed", "5 ada@example.org",
        ])
    }
  }

  @Test func `a line that is there already refuses its whole batch`() async throws {
    try await Scene.set { scene async throws in
      try await scene.store.audiences.store(
        [Sample.row(line: 2)], of: scene.audience, state: .reading)
      var further = scene.audience
      further.offset = 999
      await #expect(throws: DatabaseError.self) {
        try await scene.store.audiences.store(
          [Sample.row(line: 3), Sample.row(line: 2, "eve@example.org")], of: further, state: .ready)
      }
      #expect(try await scene.rows() == ["2 person2@example.org"])
      let stored = try await scene.stored()
      #expect(stored.offset == scene.audience.offset)
      #expect(stored.state == .reading)
    }
  }

  @Test func `rows and how far the file was read are stored together`() async throws {
    try await Scene.set { scene async throws in
      var audience = try await scene.stored()
      #expect(audience.state == .reading)
      #expect(audience.fieldNames == ["email", "first_name"])
      #expect(audience.emailColumn == 0)
      audience.offset = 12_345
      audience.line = 77
      try await scene.store.audiences.store([], of: audience, state: .ready)
      let stored = try await scene.stored()
      #expect(stored.state == .ready)
      #expect(stored.offset == 12_345)
      #expect(stored.line == 77)
      #expect(stored.file == "/tmp/contacts.csv")
    }
  }

  @Test func `hostile field names and rows come back as they went`() async throws {
    try await Scene.set { scene async throws in
      let names = ["", "\"", "\\", "'; DROP TABLE audiences; --", "a\u{0}b", "👩‍👩‍👧‍👦"]
      let audience = Audience(
        id: .new(), workspace: scene.key.workspace, file: "a'b\".csv", fieldNames: names,
        emailColumn: 5, offset: 0, line: 1)
      try await scene.store.audiences.add(audience, now: Scene.start)
      let stored = try #require(
        try await scene.store.audiences.find(audience.id, in: scene.key.workspace))
      #expect(stored.fieldNames == names)
      #expect(stored.file == "a'b\".csv")
      let octets = [UInt8](1...255)
      try await scene.store.audiences.store(
        [AudienceRow(line: 2, email: octets, key: octets, fields: octets, refusal: nil)],
        of: scene.audience, state: .ready)
      let planned = try await scene.deliveries.planNext(10, of: scene.campaign)
      #expect(planned == 1)
      let claim = try await scene.deliveries.claim(
        1, of: scene.key, after: 0, lease: .new(), now: Scene.start)
      #expect(claim.claimed.first?.email == octets)
      #expect(claim.claimed.first?.fields == octets)
    }
  }

  @Test func `rows do not go into an audience of another workspace`() async throws {
    try await Scene.set { scene async throws in
      let foreign = Audience(
        id: scene.audience.id, workspace: .new(), file: "", fieldNames: [], emailColumn: 0,
        offset: 0, line: 0)
      await #expect(throws: DatabaseError.constraint("FOREIGN KEY constraint failed")) {
        try await scene.store.audiences.store([Sample.row(line: 2)], of: foreign, state: .ready)
      }
      #expect(try await scene.rows() == [])
      #expect(try await scene.store.audiences.find(foreign.id, in: foreign.workspace) == nil)
    }
  }

  @Test func `one person may be in many audiences`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let twin = try await scene.twin(recipients: 3)
      #expect(try await twin.counts()[.queued] == 3)
      try await twin.expectBalance()
      for (place, line) in [(scene, 60), (twin, 50)] {
        let rows = [Sample.row(line: line, "eve@example.org")]
        try await place.store.audiences.store(rows, of: place.audience, state: .ready)
      }
      // Each names the line of its own file.
      for (place, line) in [(scene, 60), (twin, 50)] {
        let rows = [Sample.row(line: 70, "Eve@example.org")]
        try await place.store.audiences.store(rows, of: place.audience, state: .ready)
        #expect(try await place.rows().last == "70 Eve@example.org: duplicate of line \(line)")
      }
    }
  }

  @Test func `discarding removes audience, rows, campaign and attachments`() async throws {
    try await Scene.set { scene async throws in
      try await scene.store.audiences.store(
        [Sample.row(line: 2)], of: scene.audience, state: .reading)
      try await scene.store.audiences.discard(scene.audience)
      #expect(try await scene.store.campaigns.find(scene.key) == nil)
      #expect(try await scene.rows() == [])
      #expect(
        try await scene.store.audiences.find(scene.audience.id, in: scene.key.workspace) == nil)
      // As if it had never been: it can be made again.
      try await scene.store.campaigns.add(
        scene.campaign, with: scene.audience, now: Scene.start)
    }
  }

  @Test func `discarding spares what is planned, and the neighbours`() async throws {
    try await Scene.set(recipients: 4) { scene async throws in
      let twin = try await scene.twin(recipients: 2)
      await #expect(throws: DatabaseError.self) {
        try await scene.store.audiences.discard(scene.audience)
      }
      #expect(try await scene.rows().count == 4)
      #expect(try await scene.counts()[.queued] == 4)
      let stranger = Audience(
        id: scene.audience.id, workspace: .new(), file: "", fieldNames: [], emailColumn: 0,
        offset: 0, line: 0)
      try await scene.store.audiences.discard(stranger)
      #expect(try await twin.counts()[.queued] == 2)
      #expect(try await scene.rows().count == 4)
    }
  }
}

extension Scene {
  /// The audience's rows as `line email: refusal`.
  fileprivate func rows() async throws -> [String] {
    try await look(
      """
      SELECT line, email, refusal FROM audience_rows
      WHERE workspace_id = \(blob: key.workspace.octets)
        AND audience_id = \(blob: audience.id.octets) ORDER BY line
      """
    ).map { row in
      let refusal = try row.textIfAny("refusal").map { ": \($0)" } ?? ""
      return "\(try row.integer("line")) \(try row.text("email"))\(refusal)"
    }
  }

  fileprivate func stored() async throws -> Audience {
    try #require(try await store.audiences.find(audience.id, in: key.workspace))
  }
}
