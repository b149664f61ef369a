package import Database

/// Everything the product keeps, one room per noun: the only place where SQL is written.
package struct Store: Sendable {
  private let pool: DatabasePool
  /// Rings when something has changed that somebody may wait for.
  package let doorbell: Doorbell
  /// The writer of intents and outcomes.
  package let ledger: Ledger
  /// Which messages are being made at this moment.
  package let making: MakingRecord

  // Who works here.
  package var workspaces: Workspaces { Workspaces(pool: pool) }
  package var users: Users { Users(pool: pool) }
  package var sessions: Sessions { Sessions(pool: pool) }
  package var links: OneTimeLinks { OneTimeLinks(pool: pool) }
  package var accessTries: AccessTries { AccessTries(pool: pool) }
  package var settings: Settings { Settings(pool: pool) }

  // What they send, and to whom.
  package var senders: Senders { Senders(pool: pool) }
  package var shaping: ShapingMemory { ShapingMemory(pool: pool) }
  package var sealedSecrets: SealedSecrets { SealedSecrets(pool: pool) }
  package var audiences: Audiences { Audiences(pool: pool, doorbell: doorbell) }
  package var templates: Templates { Templates(pool: pool) }
  package var campaigns: Campaigns { Campaigns(pool: pool, doorbell: doorbell) }
  package var deliveries: Deliveries { Deliveries(pool: pool, doorbell: doorbell) }
  package var log: DeliveryLog { DeliveryLog(pool: pool) }
  package var usage: Usage { Usage(pool: pool) }

  // What the engine does on the side.
  package var jobs: Jobs { Jobs(pool: pool, doorbell: doorbell) }
  package var inbox: Inbox { Inbox(pool: pool, doorbell: doorbell) }
  package var rehearsals: Rehearsals { Rehearsals(pool: pool, doorbell: doorbell) }

  private init(pool: DatabasePool, making: MakingRecord, journaling: Ledger.Journaling) {
    self.pool = pool
    self.making = making
    let doorbell = Doorbell()
    self.doorbell = doorbell
    ledger = Ledger(pool: pool, doorbell: doorbell, journaling: journaling)
  }

  /// Opens the database file, makes it if need be, and brings its schema up to date.
  ///
  /// Messages that a process died of while it made them are noted, see ``MakingRecord``.
  ///
  /// - Returns: The store and the numbers of the migrations that were applied.
  package static func open(
    path: String, journaling: Ledger.Journaling = .whenItPays
  ) async throws(DatabaseError) -> (Store, migrated: [Int]) {
    let pool = try DatabasePool(path: path)
    let applied = try await Migrator(Schema.migrations).bringUpToDate(pool)
    let store = Store(
      pool: pool, making: MakingRecord(path: "\(path)-making"), journaling: journaling)
    try await store.ledger.redo()
    try await store.deliveries.blame(store.making.leftBehind)
    store.making.clear()
    return (store, applied)
  }

  /// Opens the database file beside another process that works with it, for reading or changing a
  /// setting; nothing may be sent from here.
  ///
  /// - Returns: `nil` when the file's schema is not this program's.
  package static func visit(path: String) async throws(DatabaseError) -> Store? {
    let pool = try DatabasePool(path: path)
    guard try await Migrator(Schema.migrations).isUpToDate(pool) else { return nil }
    return Store(pool: pool, making: MakingRecord(path: nil), journaling: .whenItPays)
  }
}
