import Database
import Foundation

/// A folder for the length of one test, and databases in it.
enum Scratch {
  static func folder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/martlet-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  /// A new database with one table, `things (id, word UNIQUE NOT NULL)`.
  static func database<Result>(
    _ body: (DatabasePool, String) async throws -> Result
  ) async throws -> Result {
    try await folder { folder in
      let path = folder + "/martlet.db"
      let pool = try DatabasePool(path: path)
      try await pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          "CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)")
      }
      return try await body(pool, path)
    }
  }
}

extension DatabasePool {
  /// How many rows `things` has, as a reader sees it.
  func count() async throws(DatabaseError) -> Int {
    try await read { connection throws(DatabaseError) in
      try connection.first("SELECT COUNT(*) AS n FROM things")?.integer("n") ?? -1
    }
  }

  func add(_ words: String...) async throws(DatabaseError) {
    try await write { connection throws(DatabaseError) in
      for word in words { try connection.change("INSERT INTO things (word) VALUES (\(word))") }
    }
  }

  /// Runs a statement on the writer outside a transaction, such as a PRAGMA.
  func onWriter(_ sql: SQL) async -> [Row] {
    await withCheckedContinuation { waiting in
      onWriter { connection in
        waiting.resume(returning: (try? connection.run(sql)) ?? [])
      }
    }
  }
}
