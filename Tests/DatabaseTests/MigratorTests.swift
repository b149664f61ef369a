import Database
import Testing

@Suite("Migrations")
struct MigratorTests {
  static let steps = [
    Migrator.Migration(
      number: 1, name: "0001-things",
      sql: "CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT); -- with a comment\n"),
    Migrator.Migration(
      number: 2, name: "0002-words",
      sql: "INSERT INTO things (word) VALUES ('a;b'); INSERT INTO things (word) VALUES ('c');"),
    Migrator.Migration(
      number: 3, name: "0003-size", sql: "ALTER TABLE things ADD COLUMN size INTEGER"),
  ]

  @Test func `steps run in the order of their numbers`() async throws {
    try await withPool { pool async throws in
      let applied = try await Migrator(Self.steps.reversed()).bringUpToDate(pool)
      #expect(applied == [1, 2, 3])
      #expect(try await pool.count() == 2)
      #expect(
        try await history(pool) == ["1 0001-things", "2 0002-words", "3 0003-size"])
    }
  }

  @Test func `the second time nothing happens`() async throws {
    try await withPool { pool async throws in
      _ = try await Migrator(Self.steps).bringUpToDate(pool)
      #expect(try await Migrator(Self.steps).bringUpToDate(pool) == [])
      #expect(try await pool.count() == 2)
    }
  }

  @Test func `only what is new is applied`() async throws {
    try await withPool { pool async throws in
      let first = try await Migrator(Array(Self.steps[..<1])).bringUpToDate(pool)
      #expect(first == [1])
      #expect(try await Migrator(Self.steps).bringUpToDate(pool) == [2, 3])
      #expect(try await pool.count() == 2)
    }
  }

  @Test func `a newer schema is refused and left alone`() async throws {
    try await withPool { pool async throws in
      _ = try await Migrator(Self.steps).bringUpToDate(pool)
      let before = try await history(pool)
      await #expect(throws: DatabaseError.newerSchema(found: 3, known: 2)) {
        _ = try await Migrator(Array(Self.steps[..<2])).bringUpToDate(pool)
      }
      #expect(try await history(pool) == before)
      #expect(try await pool.count() == 2)
    }
  }

  @Test func `a step that breaks in the middle leaves nothing of itself`() async throws {
    try await withPool { pool async throws in
      let broken = Migrator.Migration(
        number: 3, name: "0003-broken",
        sql: """
          CREATE TABLE parts (id INTEGER PRIMARY KEY);
          INSERT INTO things (word) VALUES ('lost');
          INSERT INTO nowhere VALUES (1);
          """)
      await #expect(throws: DatabaseError.self) {
        _ = try await Migrator(Self.steps[..<2] + [broken]).bringUpToDate(pool)
      }
      #expect(try await history(pool) == ["1 0001-things", "2 0002-words"])
      #expect(try await pool.count() == 2)
      #expect(try await tables(pool) == ["schema_migrations", "things"])
      #expect(try await Migrator(Self.steps).bringUpToDate(pool) == [3])
    }
  }

  @Test func `programs that start together apply each step once`() async throws {
    for _ in 0..<5 {
      try await Scratch.folder { folder async throws in
        let path = folder + "/martlet.db"
        let pools = try (0..<4).map { _ in try DatabasePool(path: path) }
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
          for pool in pools {
            group.addTask { try await Migrator(Self.steps).bringUpToDate(pool) }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.sorted() == [1, 2, 3])
        #expect(try await pools[0].count() == 2)
        #expect(try await history(pools[0]).count == 3)
      }
    }
  }

  private func withPool(_ body: (DatabasePool) async throws -> Void) async throws {
    try await Scratch.folder { folder async throws in
      try await body(DatabasePool(path: folder + "/martlet.db"))
    }
  }

  private func history(_ pool: DatabasePool) async throws -> [String] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run("SELECT number, name FROM schema_migrations ORDER BY number")
    }.map { "\(try $0.integer("number")) \(try $0.text("name"))" }
  }

  private func tables(_ pool: DatabasePool) async throws -> [String] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    }.map { try $0.text("name") }
  }
}
