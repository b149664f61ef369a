import Database
import Dispatch
import Foundation
import Testing

@Suite("Refusals")
struct RefusalTests {
  @Test(arguments: [
    ("INSERT INTO things (word) VALUES ('there')", "UNIQUE constraint failed: things.word"),
    ("INSERT INTO things (word) VALUES (NULL)", "NOT NULL constraint failed: things.word"),
    ("INSERT INTO parts (thing, size) VALUES (99, 1)", "FOREIGN KEY constraint failed"),
    ("INSERT INTO parts (thing, size) VALUES (1, 0)", "CHECK constraint failed: size > 0"),
    ("DELETE FROM things", "FOREIGN KEY constraint failed"),
  ])
  func `a constraint is named`(_ sql: String, _ message: String) async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("there")
      try await pool.write { connection throws(DatabaseError) in
        try connection.change(
          "CREATE TABLE parts (thing INTEGER REFERENCES things (id), size INTEGER CHECK (size > 0))"
        )
        _ = try connection.change("INSERT INTO parts (thing, size) VALUES (1, 1)")
      }
      await #expect(throws: DatabaseError.constraint(message)) {
        try await pool.write { connection throws(DatabaseError) in
          _ = try connection.change(SQL(stringLiteral: sql))
        }
      }
    }
  }

  @Test func `another process that writes makes the database busy`() async throws {
    try await Scratch.database { pool, path async throws in
      let other = try DatabasePool(path: path)
      _ = await other.onWriter("PRAGMA busy_timeout = 0")
      let (events, event) = AsyncStream.makeStream(of: Void.self)
      let mayEnd = DispatchSemaphore(value: 0)
      async let writing = pool.write { connection throws(DatabaseError) in
        try connection.change("INSERT INTO things (word) VALUES ('first')")
        event.yield()
        return mayEnd.wait(timeout: .now() + 60) == .success
      }
      for await _ in events { break }
      await #expect(throws: DatabaseError.busy) { try await other.add("second") }
      mayEnd.signal()
      #expect(try await writing)
      try await other.add("second")
      #expect(try await pool.count() == 2)
    }
  }

  @Test func `a writer waits for another by default`() async throws {
    try await Scratch.database { pool, _ async throws in
      let row = await pool.onWriter("PRAGMA busy_timeout").first
      #expect(try row?.integer("timeout") == 10_000)
    }
  }

  @Test func `a full disk is told from other trouble, and nothing is written`() async throws {
    try await Scratch.database { pool, _ async throws in
      _ = await pool.onWriter("PRAGMA max_page_count = 8")
      await #expect(throws: DatabaseError.full) {
        try await pool.write { connection throws(DatabaseError) in
          for number in 0..<100 {
            try connection.change(
              "INSERT INTO things (word) VALUES (\("\(number)") || hex(zeroblob(2000)))")
          }
        }
      }
      #expect(try await pool.count() == 0)
      _ = await pool.onWriter("PRAGMA max_page_count = 1000000")
      try await pool.add("there is room again")
      #expect(try await pool.count() == 1)
    }
  }

  @Test func `what cannot be opened is named with its path`() async throws {
    try await Scratch.folder { folder async throws in
      for path in [folder, folder + "/no/such/folder/martlet.db"] {
        let error = #expect(throws: DatabaseError.self) { _ = try DatabasePool(path: path) }
        guard case .cannotOpen(let named, let reason) = error else {
          Issue.record("\(path): \(String(describing: error))")
          continue
        }
        #expect(named == path)
        #expect(!reason.isEmpty)
      }
    }
  }

  @Test(arguments: [
    [UInt8]("this is a diary, not a database, and longer than the header of one\n".utf8)
      + [UInt8](repeating: 0x61, count: 2_000),
    [UInt8]("SQLite format 3\u{0}".utf8) + [UInt8](repeating: 0xFF, count: 4_080),
  ])
  func `a file that is no database is left as it is`(_ content: [UInt8]) async throws {
    try await Scratch.folder { folder async throws in
      let path = folder + "/martlet.db"
      try Data(content).write(to: URL(filePath: path))
      let error = #expect(throws: DatabaseError.self) { _ = try DatabasePool(path: path) }
      guard case .corrupt = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(content))
    }
  }

  @Test func `a database whose pages were overwritten is corrupt, not a trap`() async throws {
    try await Scratch.folder { folder async throws in
      let path = folder + "/martlet.db"
      do {
        let pool = try DatabasePool(path: path)
        try await pool.write { connection throws(DatabaseError) in
          try connection.change("CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT)")
          try connection.change(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO things (word) SELECT 'word ' || i FROM n
            """)
        }
        _ = await pool.onWriter("PRAGMA wal_checkpoint(TRUNCATE)")
      }
      var content = [UInt8](try Data(contentsOf: URL(filePath: path)))
      try #require(content.count > 40_000)
      for index in 4_096..<content.count { content[index] = 0xEE }
      let damaged = folder + "/damaged.db"
      try Data(content).write(to: URL(filePath: damaged))
      let error = await #expect(throws: DatabaseError.self) {
        _ = try await DatabasePool(path: damaged).count()
      }
      guard case .corrupt = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `a mistake in a statement is shown with the statement`() async throws {
    try await Scratch.database { pool, _ async throws in
      let error = await #expect(throws: DatabaseError.self) {
        try await pool.read { connection throws(DatabaseError) in
          try connection.run("SELEKT \("secret value") FROM things")
        }
      }
      guard case .failed(_, let message, let sql) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(message.contains("SELEKT"))
      #expect(sql == "SELEKT $1 FROM things")
    }
  }

  @Test(arguments: [
    (DatabaseError.full, "free some space"), (.busy, "another process"),
    (.newerSchema(found: 7, known: 5), "schema version 7"),
    (.cannotOpen(path: "/x.db", reason: "gone"), "/x.db"), (.corrupt("malformed"), "malformed"),
    (.constraint("UNIQUE"), "UNIQUE"), (.inputOutput("disk I/O error"), "disk I/O error"),
    (.unexpectedColumn("email"), "email"),
  ])
  func `every refusal says what to do or what it met`(_ error: DatabaseError, _ words: String) {
    #expect("\(error)".contains(words))
  }
}
