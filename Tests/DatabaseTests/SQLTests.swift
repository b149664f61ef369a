import Database
import Testing

@Suite("SQL")
struct SQLTests {
  @Test(arguments: [
    "'; DROP TABLE things; --", "$1", "?1", ":word", "\\", "\"", "' OR 1=1 --", "a\u{0}b", "",
    "日本語 👩‍👩‍👧‍👦",
  ])
  func `a value never becomes text`(_ hostile: String) async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add(hostile, "an innocent")
      let found = try await pool.read { connection throws(DatabaseError) in
        try connection.run("SELECT word FROM things WHERE word = \(hostile)")
      }
      let words = try found.map { try $0.text("word") }
      #expect(words == [hostile])
      #expect(try await pool.count() == 2)
    }
  }

  @Test func `a spliced piece is renumbered behind the values that are there`() async throws {
    let inner: SQL = "\(2) AS b, \(3) AS c"
    let middle: SQL = "\(1) AS a, \(inner)"
    let query: SQL = "SELECT \("zero") AS z, \(middle), \(4) AS d, \(inner)"
    let row = try await first(query)
    #expect(try row.text("z") == "zero")
    let numbers = try ["a", "b", "c", "d"].map { try row.integer($0) }
    #expect(numbers == [1, 2, 3, 4])
  }

  @Test func `more than nine values keep their places when spliced`() async throws {
    let inner: SQL = """
      \(1) AS n1, \(2) AS n2, \(3) AS n3, \(4) AS n4, \(5) AS n5, \(6) AS n6, \(7) AS n7,
      \(8) AS n8, \(9) AS n9, \(10) AS n10, \(11) AS n11
      """
    let row = try await first("SELECT \("x") AS x, \("y") AS y, \(inner), \(12) AS n12")
    for number in 1...12 { #expect(try row.integer("n\(number)") == number) }
  }

  @Test func `a sum binds the values of both sides`() async throws {
    let left: SQL = "SELECT \(7) AS a"
    let right: SQL = ", \(8) AS b, \(9) AS c"
    let row = try await first(left + right)
    let numbers = try ["a", "b", "c"].map { try row.integer($0) }
    #expect(numbers == [7, 8, 9])
  }

  @Test func `a piece without values is spliced as it is`() async throws {
    let columns: SQL = "1 AS one, '$' AS dollar"
    let row = try await first("SELECT \(5) AS five, \(columns)")
    #expect(try row.text("dollar") == "$")
    #expect(try row.integer("five") == 5)
  }

  @Test func `quoted text with a dollar is not a parameter`() async throws {
    let price: SQL = "'costs $1' AS price, \(2) AS two"
    do {
      let row = try await first("SELECT \(1) AS one, \(price)")
      #expect(try row.text("price") == "costs $1")
    }
  }

  @Test func `nil is NULL and everything else is not`() async throws {
    let row = try await first(
      """
      SELECT \(nil as String?) IS NULL AS t, \(nil as Int?) IS NULL AS i,
        \(text: nil) IS NULL AS o, \(blob: nil) IS NULL AS b, \("" as String?) IS NULL AS e,
        \(0 as Int?) IS NULL AS z
      """)
    let answers = try ["t", "i", "o", "b", "e", "z"].map { try row.bool($0) }
    #expect(answers == [true, true, true, true, false, false])
  }

  @Test func `numbers beyond 64 signed bits are clamped, never wrapped`() async throws {
    let row = try await first(
      "SELECT \(UInt64.max) AS most, \(Int64.min) AS least, \(UInt8.max) AS small")
    #expect(try row.integer("most") == Int.max)
    #expect(try row.integer("least") == Int.min)
    #expect(try row.integer("small") == 255)
  }

  private func first(_ query: SQL) async throws -> Row {
    try await Scratch.database { pool, _ async throws in
      try #require(
        try await pool.read { connection throws(DatabaseError) in try connection.first(query) })
    }
  }
}
