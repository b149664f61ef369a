import Database
import Octets
import Testing

@Suite("What is bound is what is read")
struct RoundTripTests {
  private static let octets: [[UInt8]] = [
    [], [0], [0, 0, 0], [UInt8]("a\u{0}b".utf8), [0xFF, 0xFE, 0x00, 0x80], [UInt8](0...255),
    [UInt8](repeating: 0, count: 100_000),
  ]

  @Test(arguments: octets)
  func `octets keep every octet as text and as blob`(_ octets: [UInt8]) async throws {
    let row = try await first(
      """
      SELECT \(text: octets) AS t, \(blob: octets) AS b,
        typeof(\(text: octets)) AS text_type, typeof(\(blob: octets)) AS blob_type
      """)
    #expect(try row.octets("t") == octets)
    #expect(try row.octets("b") == octets)
    #expect(try row.text("text_type") == "text")
    #expect(try row.text("blob_type") == "blob")
  }

  @Test(arguments: octets)
  func `a statement's own binding keeps every octet`(_ octets: [UInt8]) async throws {
    let isSame = try await Scratch.database { pool, _ async throws in
      try await pool.read { connection throws(DatabaseError) in
        let select = try connection.statement("SELECT $1, $2, typeof($1), typeof($2)")
        select.bind(text: octets, at: 1)
        select.bind(blob: octets, at: 2)
        defer { select.reset() }
        guard try select.step() else { return false }
        return select.octets(0) == octets && select.octets(1) == octets
          && select.octets(2) == [UInt8]("text".utf8) && select.octets(3) == [UInt8]("blob".utf8)
      }
    }
    #expect(isSame)
  }

  @Test func `empty text is not NULL`() async throws {
    let row = try await first("SELECT \("") AS empty, \(blob: []) AS none, \(nil as Int?) AS nil")
    #expect(try row.textIfAny("empty") == "")
    #expect(try row.octetsIfAny("none") == [])
    #expect(try row.octetsIfAny("nil") == nil)
    #expect(try row.integerIfAny("nil") == nil)
  }

  @Test func `a value bound before does not shine through the next`() async throws {
    try await Scratch.database { pool, _ async throws in
      let seen = try await pool.read { connection throws(DatabaseError) in
        var seen: [[UInt8]?] = []
        let values: [SQL.Value] = [
          .text([1, 2, 3]), .null, .blob([]), .text([9]), .integer(4), .real(0.5),
        ]
        for value in values {
          let row = try connection.first("SELECT CAST(\(value) AS BLOB) AS v")
          seen.append(try row?.octetsIfAny("v"))
        }
        return seen
      }
      #expect(seen == [[1, 2, 3], nil, [], [9], [UInt8]("4".utf8), [UInt8]("0.5".utf8)])
    }
  }

  @Test func `moments, numbers and NULL reach a prepared statement`() async throws {
    let answer = try await Scratch.database { pool, _ async throws in
      try await pool.read { connection throws(DatabaseError) in
        let select = try connection.statement("SELECT $1, $2, $3")
        select.bind(Timestamp(microseconds: -1), at: 1)
        select.bind(Int.min, at: 2)
        select.bindNull(at: 3)
        defer { select.reset() }
        guard try select.step() else { return [Int]() }
        return [select.integer(0), select.integer(1), select.isNull(2) ? 1 : 0]
      }
    }
    #expect(answer == [-1, Int.min, 1])
  }

  @Test func `a column of another type, or none, is named`() async throws {
    let row = try await first("SELECT \("text") AS word, \(1) AS number, NULL AS absence")
    #expect(throws: DatabaseError.unexpectedColumn("word")) { try row.integer("word") }
    #expect(throws: DatabaseError.unexpectedColumn("number")) { try row.text("number") }
    #expect(throws: DatabaseError.unexpectedColumn("absence")) { try row.integer("absence") }
    #expect(throws: DatabaseError.unexpectedColumn("absence")) { try row.octets("absence") }
    #expect(throws: DatabaseError.unexpectedColumn("absence")) { try row.bool("absence") }
    #expect(throws: DatabaseError.unexpectedColumn("absent")) { try row.textIfAny("absent") }
  }

  @Test func `text that is not UTF-8 is readable and keeps its octets`() async throws {
    let row = try await first("SELECT \(text: [0x61, 0xFF, 0x62]) AS t")
    #expect(try row.text("t") == "a\u{FFFD}b")
    #expect(try row.octets("t") == [0x61, 0xFF, 0x62])
  }

  private func first(_ query: SQL) async throws -> Row {
    try await Scratch.database { pool, _ async throws in
      try #require(
        try await pool.read { connection throws(DatabaseError) in try connection.first(query) })
    }
  }
}
