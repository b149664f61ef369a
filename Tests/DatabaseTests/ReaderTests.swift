import Database
import Dispatch
import Testing

@Suite("Readers")
struct ReaderTests {
  @Test func `a reader sees nothing of a transaction that is under way`() async throws {
    try await Scratch.database { pool, _ async throws in
      let (events, event) = AsyncStream.makeStream(of: Void.self)
      let mayEnd = DispatchSemaphore(value: 0)
      async let writing = pool.write { connection throws(DatabaseError) in
        try connection.change("INSERT INTO things (word) VALUES ('half-way')")
        event.yield()
        return mayEnd.wait(timeout: .now() + 60) == .success
      }
      for await _ in events { break }
      // Every reader, and more often than there are readers.
      for _ in 0..<4 { #expect(try await pool.count() == 0) }
      mayEnd.signal()
      #expect(try await writing)
      for _ in 0..<4 { #expect(try await pool.count() == 1) }
    }
  }

  @Test func `two statements of one read see one moment`() async throws {
    try await Scratch.database { pool, _ async throws in
      let seen = try await pool.read { connection throws(DatabaseError) in
        let before = try connection.first("SELECT COUNT(*) AS n FROM things")?.integer("n")
        let isWritten = DispatchSemaphore(value: 0)
        pool.onWriter { writer in
          _ = try? writer.change("INSERT INTO things (word) VALUES ('between')")
          isWritten.signal()
        }
        guard isWritten.wait(timeout: .now() + 60) == .success else { return [-1] }
        let after = try connection.first("SELECT COUNT(*) AS n FROM things")?.integer("n")
        return [before ?? -1, after ?? -1]
      }
      #expect(seen.first == 0)
      do { #expect(seen == [0, 0]) }
    }
  }

  @Test func `one statement sees one moment while the writer goes on`() async throws {
    try await Scratch.database { pool, _ async throws in
      try await pool.add("a", "b", "c")
      let seen = try await pool.read { connection throws(DatabaseError) in
        let select = try connection.statement("SELECT word FROM things ORDER BY id")
        defer { select.reset() }
        var words: [String] = []
        while try select.step() {
          words.append(String(decoding: select.octets(0), as: UTF8.self))
          let isWritten = DispatchSemaphore(value: 0)
          let number = words.count
          pool.onWriter { writer in
            _ = try? writer.change("INSERT INTO things (word) VALUES (\("later \(number)"))")
            isWritten.signal()
          }
          guard isWritten.wait(timeout: .now() + 60) == .success else { break }
        }
        return words
      }
      #expect(seen == ["a", "b", "c"])
      #expect(try await pool.count() == 6)
    }
  }

  @Test func `a reader cannot write`() async throws {
    try await Scratch.database { pool, _ async throws in
      await #expect(throws: DatabaseError.self) {
        try await pool.read { connection throws(DatabaseError) in
          _ = try connection.change("INSERT INTO things (word) VALUES ('forbidden')")
        }
      }
      #expect(try await pool.count() == 0)
    }
  }

  @Test(arguments: [-1, 0, 1, 5])
  func `any number of readers reads`(_ readers: Int) async throws {
    try await Scratch.folder { folder async throws in
      let pool = try DatabasePool(path: folder + "/martlet.db", readers: readers)
      let sum = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 1...20 {
          group.addTask {
            try await pool.read { connection throws(DatabaseError) in
              try connection.first("SELECT \(number) AS n")?.integer("n") ?? 0
            }
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(sum == 210)
    }
  }

  @Test func `what is queued on the writer runs in order, the delayed last`() async throws {
    try await Scratch.database { pool, _ async throws in
      await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
        pool.onWriter(after: .milliseconds(1)) { connection in
          _ = try? connection.change("INSERT INTO things (word) VALUES ('delayed')")
          done.resume()
        }
      }
      try await pool.add("written after")
      let words = try await pool.read { connection throws(DatabaseError) in
        try connection.run("SELECT word FROM things ORDER BY id")
      }.map { try $0.text("word") }
      #expect(words == ["delayed", "written after"])
    }
  }
}
