import Octets

/// Brings a database to the newest schema, one numbered step at a time.
public struct Migrator: Sendable {
  /// A step of the schema's history; once released it never changes.
  public struct Migration: Sendable {
    public let number: Int
    public let name: String
    public let sql: String

    public init(number: Int, name: String, sql: String) {
      self.number = number
      self.name = name
      self.sql = sql
    }
  }

  private let migrations: [Migration]

  public init(_ migrations: [Migration]) {
    self.migrations = migrations.sorted { $0.number < $1.number }
  }

  /// Whether a database has every step that we know, and no other; nothing is changed.
  public func isUpToDate(_ pool: DatabasePool) async throws(DatabaseError) -> Bool {
    let known = migrations.last?.number ?? 0
    return try await pool.read { connection throws(DatabaseError) in
      let table = try connection.first(
        "SELECT 1 AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'")
      guard table != nil else { return false }
      let found = try connection.first("SELECT MAX(number) AS n FROM schema_migrations")
      return try found?.integerIfAny("n") == known
    }
  }

  /// Applies what is missing.
  ///
  /// Each step runs in a transaction that holds the write lock, so two processes that start
  /// together do not both apply it, and a crash in the middle leaves the step undone.
  ///
  /// - Returns: The numbers applied now.
  /// - Throws: ``DatabaseError/newerSchema(found:known:)`` when the database is ahead of us.
  public func bringUpToDate(_ pool: DatabasePool) async throws(DatabaseError) -> [Int] {
    let migrations = migrations
    return try await pool.exclusively { connection throws(DatabaseError) in
      try connection.transaction { connection throws(DatabaseError) in
        _ = try connection.run(
          """
          CREATE TABLE IF NOT EXISTS schema_migrations (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)
          """)
      }
      var applied: [Int] = []
      for migration in migrations {
        let isNew = try connection.transaction { connection throws(DatabaseError) in
          let found =
            try connection.first("SELECT COALESCE(MAX(number), 0) AS n FROM schema_migrations")?
            .integer("n") ?? 0
          let known = migrations.last?.number ?? 0
          guard found <= known else { throw .newerSchema(found: found, known: known) }
          guard found < migration.number else { return false }
          try connection.script(migration.sql)
          let moment = now()
          try connection.change(
            """
            INSERT INTO schema_migrations (number, name, applied_at)
            VALUES (\(migration.number), \(migration.name), \(moment))
            """)
          return true
        }
        if isNew { applied.append(migration.number) }
      }
      return applied
    }
  }
}

/// Microseconds since 1970, as all tables keep time.
private func now() -> Int64 { Timestamp.now().microseconds }
