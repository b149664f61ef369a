package import Database

/// Everything the product keeps, one room per noun: the only place where SQL is written.
package struct Store: Sendable {
  private let pool: DatabasePool
  /// The writer of intents and outcomes.
  package let ledger: Ledger

  package var workspaces: Workspaces { Workspaces(pool: pool) }
  package var senders: Senders { Senders(pool: pool) }
  package var sealedSecrets: SealedSecrets { SealedSecrets(pool: pool) }
  package var audiences: Audiences { Audiences(pool: pool) }
  package var campaigns: Campaigns { Campaigns(pool: pool) }
  package var deliveries: Deliveries { Deliveries(pool: pool) }

  private init(pool: DatabasePool) {
    self.pool = pool
    ledger = Ledger(pool: pool)
  }

  /// Opens the database file, makes it if need be, and brings its schema up to date.
  ///
  /// - Returns: The store and the numbers of the migrations that were applied.
  package static func open(path: String) async throws(DatabaseError) -> (Store, migrated: [Int]) {
    let pool = try DatabasePool(path: path)
    let applied = try await Migrator(Schema.migrations).bringUpToDate(pool)
    return (Store(pool: pool), applied)
  }
}
