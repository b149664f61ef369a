import Database
import Model
import Octets
import Storage
import Testing

@Suite("Removing lists and replacing files")
struct ListRemovalTests {
  @Test func `a list that a campaign has begun with cannot be removed`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let home = scene.key.workspace
      #expect(try await scene.store.audiences.remove(scene.audience.id, in: home) == false)
      #expect(
        try await scene.store.audiences.rows(of: scene.audience.id, in: home, after: 0, limit: 9)
          .count == 3)
    }
  }

  @Test func `a list goes with its rows, and drafts get an empty place`() async throws {
    try await Scene.set { scene async throws in
      let (audiences, home) = (scene.store.audiences, scene.key.workspace)
      let list = try await scene.lists(["friends"])[0]
      let rows = (2..<6_000).map { Sample.row(line: $0) }
      try await audiences.store(rows, of: Sample.list("", in: home, id: list), state: .ready)
      let draft = try await scene.draft(audience: list)
      #expect(try await audiences.remove(list, in: home))
      #expect(try await audiences.find(list, in: home) == nil)
      let left = try await scene.look("SELECT COUNT(*) AS n FROM audience_rows")
      #expect(try left.first?.integer("n") == 0)
      let place = try #require(try await scene.store.campaigns.find(draft)).audience
      #expect(try await audiences.find(place, in: home)?.state == .empty)
      #expect(try await audiences.remove(list, in: home) == false)
    }
  }

  @Test func `a removal that was cut short is ended at the next start`() async throws {
    try await Scene.set { scene async throws in
      let (audiences, home) = (scene.store.audiences, scene.key.workspace)
      let list = try await scene.lists(["friends"])[0]
      let half = Sample.list("", in: home, id: list)
      try await audiences.store([Sample.row(line: 2)], of: half, state: .reading)
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          "UPDATE audiences SET state = 'empty' WHERE id = \(blob: list.octets)")
      }
      #expect(try await audiences.lists(in: home, limit: 9).map(\.id) == [scene.audience.id])
      // An importer that still reads the file brings nothing back.
      await #expect(throws: DatabaseError.self) {
        try await audiences.store([Sample.row(line: 3)], of: half, state: .ready)
      }
      let draft = try await scene.draft(audience: nil)
      #expect(try await audiences.sweep() == 1)
      #expect(try await audiences.find(list, in: home) == nil)
      let left = try await scene.look("SELECT COUNT(*) AS n FROM audience_rows")
      #expect(try left.first?.integer("n") == 0)
      // The place of a draft is no removal.
      let place = try #require(try await scene.store.campaigns.find(draft)).audience
      #expect(try await audiences.find(place, in: home)?.state == .empty)
    }
  }

  @Test func `a draft's file is replaced by a list of its own`() async throws {
    try await Scene.set { scene async throws in
      let (audiences, home) = (scene.store.audiences, scene.key.workspace)
      let draft = try await scene.draft(audience: nil)
      let place = try #require(try await scene.store.campaigns.find(draft)).audience
      let (first, second) = (Sample.list("first", in: home), Sample.list("second", in: home))
      #expect(try await audiences.replaceFile(of: draft, with: first, now: Scene.start))
      #expect(try await scene.store.campaigns.find(draft)?.audience == first.id)
      #expect(try await audiences.find(place, in: home) == nil)
      #expect(try await audiences.replaceFile(of: draft, with: second, now: Scene.start))
      #expect(try await scene.store.campaigns.find(draft)?.audience == second.id)
      #expect(try await audiences.find(first.id, in: home)?.name == "first")
    }
  }

  @Test func `a campaign that has begun keeps its file`() async throws {
    try await Scene.set { scene async throws in
      let list = Sample.list("new", in: scene.key.workspace)
      let isReplaced = try await scene.store.audiences.replaceFile(
        of: scene.key, with: list, now: Scene.start)
      #expect(!isReplaced)
      #expect(try await scene.store.campaigns.find(scene.key)?.audience == scene.audience.id)
      #expect(try await scene.store.audiences.find(list.id, in: list.workspace) == nil)
    }
  }
}

extension Scene {
  /// Adds a draft for a list; without one with a place where no file has come yet.
  func draft(audience: Identifier?, id: Identifier = .new()) async throws -> CampaignKey {
    var (draft, place) = Sample.campaign(
      in: key.workspace, sender: campaign.sender, id: id, audience: audience ?? .new())
    draft.state = .draft
    place.state = .empty
    try await store.campaigns.add(draft, with: audience == nil ? place : nil, now: Scene.start)
    return draft.key
  }
}
