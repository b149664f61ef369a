import Database
import Model
import Octets
import Storage
import TestSupport
import Testing

@Suite("Lists")
struct ListTests {
  @Test func `all that is said of a list comes back`() async throws {
    try await Scene.set { scene async throws in
      let home = scene.key.workspace
      var list = Sample.list("Friends", in: home)
      list.failure = "line 3"
      try await scene.store.audiences.add(list, now: Scene.start)
      let stored = try #require(try await scene.store.audiences.find(list.id, in: home))
      #expect(stored.name == "Friends")
      #expect(stored.kind == .list)
      #expect(stored.failure == "line 3")
      #expect(stored.createdAt == Scene.start)
      #expect((stored.rowCount, stored.refusedCount) == (0, 0))
    }
  }

  @Test func `rows are counted as they are stored, refused ones and duplicates too`() async throws {
    try await Scene.set { scene async throws in
      let rows = [
        Sample.row(line: 2), Sample.row(line: 3, "nobody"), Sample.row(line: 4),
        Sample.row(line: 5, "person2@example.org"),
      ]
      try await scene.store.audiences.store(rows, of: scene.audience, state: .reading)
      try await scene.store.audiences.store(
        [Sample.row(line: 6)], of: scene.audience, state: .ready)
      let stored = try #require(
        try await scene.store.audiences.find(scene.audience.id, in: scene.key.workspace))
      #expect((stored.rowCount, stored.refusedCount) == (5, 2))
    }
  }

  @Test(arguments: [1, 2, 3, 50])
  func `pages hold each list once, newest first`(_ limit: Int) async throws {
    try await Scene.set { scene async throws in
      let home = scene.key.workspace
      let audiences = scene.store.audiences
      let made = try await scene.lists(["a", "b", "c", "d", "e"])
      try await audiences.add(
        Audience(
          id: .new(), workspace: home, file: "", state: .empty, fieldNames: [], emailColumn: 0,
          offset: 0, line: 0), now: Scene.start)
      try await audiences.addSingle(
        Sample.list("one", in: home), recipient: Sample.row(line: 1), now: Scene.start)
      var (seen, last): ([Identifier], Identifier?) = ([], nil)
      while true {
        let page = try await audiences.lists(in: home, after: last, limit: limit)
        guard let end = page.last else { break }
        #expect(page.count <= limit)
        seen += page.map(\.id)
        last = end.id
      }
      #expect(seen == (made + [scene.audience.id]).sorted(by: >))
    }
  }

  @Test func `lists are searched by part of their names, signs taken as they are`() async throws {
    try await Scene.set { scene async throws in
      let home = scene.key.workspace
      try await scene.lists(["100% wool", "1000 wolves", "under_score", "underscore"])
      func names(_ search: String) async throws -> [String] {
        try await scene.store.audiences.lists(in: home, limit: 9, search: search).map(\.name)
      }
      #expect(try await names("0% W") == ["100% wool"])
      #expect(try await names("R_S") == ["under_score"])
      #expect(try await names("wo") == ["1000 wolves", "100% wool"])
      #expect(try await names(String(repeating: "%", count: 100_000)) == [])
      #expect(try await names("").count == 5)
    }
  }

  @Test func `the importer finds unread files of all workspaces, oldest first`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 2)
      let audiences = scene.store.audiences
      #expect(try await audiences.unread(limit: 9).map(\.workspace) == [scene.key.workspace])
      let made = try await twin.lists(["later"])
      #expect(
        try await audiences.unread(limit: 9).map(\.id) == [scene.audience.id, made[0]])
      #expect(try await audiences.unread(limit: 1).count == 1)
      #expect(
        try await audiences.fail(made[0], in: twin.key.workspace, failure: "not a contact file"))
      #expect(try await audiences.unread(limit: 9).map(\.id) == [scene.audience.id])
      let failed = try #require(try await audiences.find(made[0], in: twin.key.workspace))
      #expect(failed.state == .failed && failed.failure == "not a contact file")
      #expect(try await audiences.fail(made[0], in: twin.key.workspace, failure: "x") == false)
    }
  }

  @Test func `a workspace with many unread files does not hide another's`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 2)
      _ = try await scene.lists((0..<5).map { "file \($0)" })
      let late = try await twin.lists((0..<6).map { "late \($0)" })
      let found = try await scene.store.audiences.unread(limit: 2)
      #expect(found.map(\.id).contains(late[0]))
      #expect(found.first?.id == scene.audience.id)
      #expect(found.count == 2)
      #expect(try await scene.store.audiences.unread(limit: 100).count == 12)
    }
  }

  @Test func `columns can be chosen anew until a row is stored`() async throws {
    try await Scene.set { scene async throws in
      let (audiences, home) = (scene.store.audiences, scene.key.workspace)
      var audience = scene.audience
      audience.emailColumn = 1
      audience.name = "People"
      // Not while a campaign that has begun reads it.
      #expect(try await audiences.update(audience) == false)
      try await scene.set(.draft, of: scene.key)
      #expect(try await audiences.update(audience))
      // The importer that began with the other column is told.
      await #expect(throws: DatabaseError.self) {
        try await audiences.store([Sample.row(line: 2)], of: scene.audience, state: .ready)
      }
      #expect(try await audiences.rows(of: audience.id, in: home, after: 0, limit: 9).isEmpty)
      try await audiences.store([Sample.row(line: 2)], of: audience, state: .reading)
      audience.emailColumn = 0
      #expect(try await audiences.update(audience) == false)
      let stored = try #require(try await audiences.find(audience.id, in: home))
      #expect(stored.emailColumn == 1 && stored.name == "People")
      #expect(try await audiences.rename(audience.id, in: home, to: "Others"))
      #expect(try await audiences.find(audience.id, in: home)?.name == "Others")
    }
  }

  @Test func `the recipient of a single message is ready at once`() async throws {
    try await Scene.set { scene async throws in
      let (audiences, home) = (scene.store.audiences, scene.key.workspace)
      let single = Sample.list("", in: home)
      try await audiences.addSingle(single, recipient: Sample.row(line: 1), now: Scene.start)
      let stored = try #require(try await audiences.find(single.id, in: home))
      #expect(stored.kind == .single && stored.state == .ready)
      #expect((stored.rowCount, stored.refusedCount) == (1, 0))
      #expect(try await audiences.rows(of: single.id, in: home, after: 0, limit: 9).count == 1)
    }
  }

  @Test func `lists of another workspace are neither seen nor changed`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let (audiences, id) = (scene.store.audiences, scene.audience.id)
      let stranger = Identifier.new()
      #expect(try await audiences.lists(in: stranger, limit: 9).isEmpty)
      #expect(try await audiences.rows(of: id, in: stranger, after: 0, limit: 9).isEmpty)
      #expect(
        try await audiences.rows(of: id, in: stranger, after: 0, limit: 9, search: "p").isEmpty)
      #expect(try await audiences.contacts(in: stranger, limit: 9).isEmpty)
      #expect(try await audiences.rename(id, in: stranger, to: "x") == false)
      #expect(try await audiences.fail(id, in: stranger, failure: "x") == false)
      #expect(try await audiences.remove(id, in: stranger) == false)
      var foreign = Sample.list("x", in: stranger)
      #expect(
        try await audiences.replaceFile(of: scene.key, with: foreign, now: Scene.start) == false)
      foreign = Audience(
        id: id, workspace: stranger, file: "x", fieldNames: [], emailColumn: 0, offset: 0, line: 0)
      #expect(try await audiences.update(foreign) == false)
      #expect(
        try await audiences.find(id, in: scene.key.workspace)?.file == scene.audience.file)
    }
  }
}

extension Scene {
  /// Adds lists, each some seconds younger than the one before.
  @discardableResult
  func lists(_ names: [String]) async throws -> [Identifier] {
    var random = SeededRandom(seed: 5)
    var made: [Identifier] = []
    for (place, name) in names.enumerated() {
      // Younger than what the scene began with, by the clock that made that.
      let moment = Timestamp.now() + .seconds(60 * (place + 1))
      let id = Identifier(at: moment, from: &random)
      try await store.audiences.add(
        Sample.list(name, in: key.workspace, id: id), now: Scene.start)
      made.append(id)
    }
    return made
  }
}

extension Sample {
  /// A list whose rows are yet to be read.
  static func list(
    _ name: String, in workspace: Identifier, id: Identifier = .new()
  ) -> Audience {
    Audience(
      id: id, workspace: workspace, file: "/tmp/\(name).csv", fieldNames: ["email", "first_name"],
      emailColumn: 0, offset: 40, line: 2, name: name)
  }
}
