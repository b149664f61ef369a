import Database
import Foundation
import Testing

@Suite("How a database is opened")
struct DurabilityTests {
  @Test(arguments: [
    ("PRAGMA journal_mode", "journal_mode", "wal"),
    // 2 is FULL: a commit that has returned survives a power cut.
    ("PRAGMA synchronous", "synchronous", "2"), ("PRAGMA foreign_keys", "foreign_keys", "1"),
  ])
  func `the writer is durable and strict`(
    _ pragma: String, _ column: String, _ value: String
  ) async throws {
    try await Scratch.database { pool, path async throws in
      // The second opening finds the file as the first one left it.
      for pool in [pool, try DatabasePool(path: path)] {
        let row = try #require(await pool.onWriter(SQL(stringLiteral: pragma)).first)
        let found =
          column == "journal_mode" ? try row.text(column) : String(try row.integer(column))
        #expect(found == value)
      }
    }
  }

  @Test func `what was written is there when the file is opened again`() async throws {
    try await Scratch.folder { folder async throws in
      let path = folder + "/martlet.db"
      do {
        let pool = try DatabasePool(path: path)
        try await pool.write { connection throws(DatabaseError) in
          _ = try connection.change("CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT)")
        }
        try await pool.add("kept")
      }
      #expect(try await DatabasePool(path: path).count() == 1)
    }
  }

  @Test func `an empty file becomes a database`() async throws {
    try await Scratch.folder { folder async throws in
      let path = folder + "/martlet.db"
      try "".write(toFile: path, atomically: false, encoding: .utf8)
      #expect(
        try await Migrator(MigratorTests.steps).bringUpToDate(DatabasePool(path: path)) == [
          1, 2, 3,
        ])
    }
  }

  @Test func `many who open a new file at once all get in`() async throws {
    for _ in 0..<10 {
      try await Scratch.folder { folder async throws in
        let path = folder + "/martlet.db"
        let refusals = await withTaskGroup(of: DatabaseError?.self) { group in
          for _ in 0..<6 {
            group.addTask {
              do throws(DatabaseError) {
                _ = try DatabasePool(path: path)
                return nil
              } catch {
                return error
              }
            }
          }
          return await group.reduce(into: [DatabaseError]()) { refusals, error in
            if let error { refusals.append(error) }
          }
        }
        #expect(refusals == [])
      }
    }
  }
}
