import Database
import Dispatch
import Foundation
import Testing

@Suite("Transactions")
struct TransactionTests {
  @Test func `what throws leaves nothing behind`() async throws {
    try await Scratch.database { pool, _ async throws in
      await #expect(throws: DatabaseError.busy) {
        try await pool.write { connection throws(DatabaseError) in
          try connection.change("INSERT INTO things (word) VALUES ('lost')")
          throw .busy
        }
      }
      #expect(try await pool.count() == 0)
      try await pool.add("kept")
      #expect(try await pool.count() == 1)
    }
  }

  @Test func `a refused statement in the middle takes back what came before`() async throws {
    try await Scratch.database { pool, _ async throws in
      await #expect(throws: DatabaseError.self) { try await pool.add("one", "two", "one") }
      #expect(try await pool.count() == 0)
    }
  }

  @Test func `a refusal that the body handles costs only its statement`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("there")
      let refused = try await pool.write { connection throws(DatabaseError) in
        try connection.change("INSERT INTO things (word) VALUES ('before')")
        do throws(DatabaseError) {
          try connection.change("INSERT INTO things (word) VALUES ('there')")
          return false
        } catch {
          try connection.change("INSERT INTO things (word) VALUES ('after')")
          return true
        }
      }
      #expect(refused)
      #expect(try await pool.count() == 3)
    }
  }

  @Test func `a foreign key that is checked at the commit takes back the whole`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          """
          CREATE TABLE parts (thing INTEGER NOT NULL
            REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)
          """)
      }
      await #expect(throws: DatabaseError.constraint("FOREIGN KEY constraint failed")) {
        try await pool.write { connection throws(DatabaseError) in
          try connection.change("INSERT INTO things (word) VALUES ('lost')")
          _ = try connection.change("INSERT INTO parts (thing) VALUES (99)")
        }
      }
      #expect(try await pool.count() == 0)
      try await pool.add("the writer goes on")
      #expect(try await pool.count() == 1)
    }
  }

  @Test func `writers take turns and none is lost`() async throws {
    try await Scratch.database { pool, path async throws in
      let other = try DatabasePool(path: path)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<60 {
          let pool = number.isMultiple(of: 2) ? pool : other
          group.addTask { try await pool.add("word \(number)") }
        }
        try await group.waitForAll()
      }
      #expect(try await pool.count() == 60)
    }
  }

  @Test func `a copy of the files taken in mid-transaction holds nothing of it`() async throws {
    try await Scratch.database { pool, path async throws in
      try await pool.add("committed")
      // With so small a cache the pages of an unfinished transaction reach the files.
      _ = await pool.onWriter("PRAGMA cache_size = 1")
      let image = path + ".image"
      let spilled = try await pool.write { connection throws(DatabaseError) in
        let before = size(path + "-wal")
        try connection.change(
          """
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
          INSERT INTO things (word) SELECT 'uncommitted ' || i FROM n
          """)
        for suffix in ["", "-wal"] {
          try? FileManager.default.copyItem(atPath: path + suffix, toPath: image + suffix)
        }
        return size(path + "-wal") > before
      }
      #expect(spilled)
      #expect(try await pool.count() == 20_001)
      #expect(try await DatabasePool(path: image).count() == 1)
    }
  }

  @Test func `a copy of the files taken after a write holds it`() async throws {
    try await Scratch.database { pool, path async throws in
      try await pool.add("acknowledged")
      let image = path + ".image"
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: image + suffix)
      }
      #expect(try await DatabasePool(path: image).count() == 1)
    }
  }
}

/// Octets of a file, 0 when there is none.
private func size(_ path: String) -> Int {
  (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
}
