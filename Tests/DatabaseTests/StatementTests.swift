import Database
import Testing

@Suite("Prepared statements")
struct StatementTests {
  @Test func `a literal is prepared once per connection`() async throws {
    try await Scratch.database { pool, _ async throws in
      let isSame = try await pool.write { connection throws(DatabaseError) in
        var statements: [Statement] = []
        for _ in 0..<3 {
          statements.append(
            try connection.statement("SELECT COUNT(*) FROM things"))
        }
        return statements.allSatisfy { $0 === statements[0] }
      }
      #expect(isSame)
    }
  }

  @Test func `two literals are two statements`() async throws {
    try await Scratch.database { pool, _ async throws in
      let numbers = try await pool.read { connection throws(DatabaseError) in
        var numbers: [Int] = []
        // One is the beginning of the other.
        let short = try connection.statement("SELECT 1 + 1")
        let long = try connection.statement("SELECT 1 + 10")
        for statement in [short, long] {
          if try statement.step() { numbers.append(statement.integer(0)) }
          statement.reset()
        }
        return numbers
      }
      #expect(numbers == [2, 11])
    }
  }

  @Test func `more texts than the cache holds all work, and again`() async throws {
    try await Scratch.database { pool, _ async throws in
      let sum = try await pool.read { connection throws(DatabaseError) in
        var sum = 0
        for _ in 0..<2 {
          for number in 0..<400 {
            let sql = SQL(stringLiteral: "SELECT \(number) AS n")
            sum += try connection.first(sql)?.integer("n") ?? 0
          }
        }
        return sum
      }
      #expect(sum == 400 * 399)
    }
  }

  @Test func `a statement that was refused works with the next values`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("one")
      var refused: [String] = []
      for word in ["one", "two", "two", "three"] {
        do { try await pool.add(word) } catch { refused.append(word) }
      }
      #expect(refused == ["one", "two"])
      #expect(try await pool.count() == 3)
    }
  }

  @Test func `rows left unread do not hold the commit up`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("one", "two", "three")
      try await pool.write { connection throws(DatabaseError) in
        _ = try connection.first("SELECT id FROM things ORDER BY id")
        let select = try connection.statement("SELECT word FROM things")
        _ = try select.step()
        try connection.change("INSERT INTO things (word) VALUES ('four')")
        select.reset()
      }
      #expect(try await pool.count() == 4)
    }
  }

  @Test func `a change says how many rows it changed`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("one", "two", "three")
      let changed = try await pool.write { connection throws(DatabaseError) in
        [
          try connection.change("UPDATE things SET word = word || '!' WHERE id < 3"),
          try connection.change("UPDATE things SET word = 'x' WHERE id = 99"),
          try connection.change(
            "INSERT INTO things (word) VALUES ('three') ON CONFLICT DO NOTHING"),
          try connection.change("DELETE FROM things"),
        ]
      }
      #expect(changed == [2, 0, 0, 3])
    }
  }

  @Test func `a column added later is seen through a cached statement`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("one")
      let row = try await pool.write { connection throws(DatabaseError) in
        _ = try connection.first("SELECT * FROM things")
        try connection.change("ALTER TABLE things ADD COLUMN size INTEGER DEFAULT 7")
        return try connection.first("SELECT * FROM things")
      }
      do {
        let size = try row?.integer("size")
        #expect(size == 7)
      }
    }
  }

  @Test func `parameters out of order are refused, not bound in the wrong places`() async throws {
    try await Scratch.database { pool, _ async throws in
      let isRefused = try await pool.read { connection throws(DatabaseError) in
        (try? connection.statement("SELECT $2, $1")) == nil
      }
      #expect(isRefused)
    }
  }
}
