public import Database

/// Everything the product keeps, one room per noun: the only place where SQL is written.
public struct Store: Sendable {
  private let pool: DatabasePool
  /// Rings when something has changed that somebody may wait for.
  public let doorbell: Doorbell
  /// The writer of intents and outcomes.
  public let ledger: Ledger
  /// Which messages are being made at this moment.
  public let making: MakingRecord

  // Who works here.
  public var workspaces: Workspaces { Workspaces(pool: pool) }
  public var users: Users { Users(pool: pool) }
  public var sessions: Sessions { Sessions(pool: pool) }
  public var links: OneTimeLinks { OneTimeLinks(pool: pool) }
  public var accessTries: AccessTries { AccessTries(pool: pool) }
  public var settings: Settings { Settings(pool: pool) }

  // What they send, and to whom.
  public var senders: Senders { Senders(pool: pool) }
  public var shaping: ShapingMemory { ShapingMemory(pool: pool) }
  public var sealedSecrets: SealedSecrets { SealedSecrets(pool: pool) }
  public var audiences: Audiences { Audiences(pool: pool, doorbell: doorbell) }
  public var templates: Templates { Templates(pool: pool) }
  public var campaigns: Campaigns { Campaigns(pool: pool, doorbell: doorbell) }
  public var deliveries: Deliveries { Deliveries(pool: pool, doorbell: doorbell) }
  public var log: DeliveryLog { DeliveryLog(pool: pool) }
  public var usage: Usage { Usage(pool: pool) }

  // What the engine does on the side.
  public var jobs: Jobs { Jobs(pool: pool, doorbell: doorbell) }
  public var inbox: Inbox { Inbox(pool: pool, doorbell: doorbell) }
  public var rehearsals: Rehearsals { Rehearsals(pool: pool, doorbell: doorbell) }

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
  public static func open(
    path: String, journaling: Ledger.Journaling = .whenItPays
  ) async throws(DatabaseError) -> (Store, migrated: [Int]) {
    let pool = try DatabasePool(path: path)
    let applied = try await Migrator(Schema.migrations).bringUpToDate(pool)
    let store = Store(
      pool: pool, making: MakingRecord(path: "\(path)-making"), journaling: journaling)
    try await store.ledger.open(besideDatabase: path)
    try await store.deliveries.blame(store.making.leftBehind)
    store.making.clear()
    return (store, applied)
  }

  /// Opens the database file beside another process that works with it, for reading or changing a
  /// setting; nothing may be sent from here.
  ///
  /// - Returns: `nil` when the file's schema is not this program's.
  public static func visit(path: String) async throws(DatabaseError) -> Store? {
    let pool = try DatabasePool(path: path)
    guard try await Migrator(Schema.migrations).isUpToDate(pool) else { return nil }
    return Store(pool: pool, making: MakingRecord(path: nil), journaling: .whenItPays)
  }
}
