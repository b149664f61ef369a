package import Database
import Dispatch
import Locking
package import Model

/// Writes down what is about to be sent and what became of it, before anything else happens.
///
/// The final dot of a message waits until its intent, and the outcome of the message before it on
/// the same connection, are durable. All connections share one group commit: while a commit is on
/// its way to the disk, the entries of the others gather for the next.
///
/// Where many send at once, a commit writes its entries into a journal of a few pages, and the rows
/// of deliveries follow a moment later, hundreds in one go (a *fold*). Every other change of the
/// database waits for the fold before it, and so does a program that starts, so that nobody decides
/// on rows that are out of date.
package final class Ledger: Sendable {
  /// When commits go through the journal.
  package enum Journaling: Sendable {
    /// Where several connections send at once.
    case whenItPays
    case always
  }

  private typealias Answer = Result<Receipt, DatabaseError>

  private struct Waiter: Sendable {
    let entry: LedgerEntry
    let answer: UnsafeContinuation<Answer, Never>
  }

  private struct Pending: Sendable {
    var waiters: [Waiter] = []
    var isFlushDue = false
    /// Whether the writer waits for as many as it wants.
    var isGathering = false
    /// How many a commit should have: half of those who send, so that the disk and the connections
    /// work side by side.
    var wanted = 1
  }

  private let pool: DatabasePool
  private let doorbell: Doorbell
  private let journaling: Journaling
  private let pending = Lock(Pending())
  private let gathered = DispatchSemaphore(value: 0)
  /// Changed by the writer's thread alone.
  private let books = Lock(LedgerBooks())
  private let isFoldDue = Lock(false)
  /// How often a commit is tried again while the disk is full or the database busy.
  private static let retries = 6
  private static let longestGathering = DispatchTimeInterval.microseconds(400)
  /// With more slots of the journal in use than these, no commit goes by without a fold.
  private static let mostUnfolded = 24
  /// How many commits are folded in one go while connections send.
  private static let slice = 1
  /// The youngest commits are left alone: most of their intents have an outcome a moment later.
  private static let fresh = 3
  /// How long rows lag behind the journal at most while nothing else happens.
  private static let lag = Duration.milliseconds(50)

  init(pool: DatabasePool, doorbell: Doorbell, journaling: Journaling) {
    self.pool = pool
    self.journaling = journaling
    self.doorbell = doorbell
    pool.beforeWrites { [weak self] connection throws(DatabaseError) in
      try self?.foldAll(on: connection)
    }
  }

  /// Puts into the rows what a program that died has left in the journal.
  func redo() async throws(DatabaseError) {
    let left = try await pool.read { connection throws(DatabaseError) in
      try LedgerJournal.read(on: connection)
    }
    books.withLock { $0 = left }
    try await settle()
  }

  /// Returns when the rows say all that has been recorded.
  package func settle() async throws(DatabaseError) {
    // Every change waits for the fold, also one that changes nothing.
    try await pool.write { _ throws(DatabaseError) in }
  }

  // MARK: Recording

  /// Writes an outcome, an intent or both, and returns when they are durable.
  package func record(
    _ outcome: Outcome?, thenIntent intent: Intent?, of campaign: CampaignKey, sender: Identifier
  ) async throws(DatabaseError) -> Receipt {
    let entry = LedgerEntry(campaign: campaign, sender: sender, outcome: outcome, intent: intent)
    let answer = await withUnsafeContinuation { (answer: UnsafeContinuation<Answer, Never>) in
      let (mustFlush, isEnough) = pending.withLock { pending in
        pending.waiters.append(Waiter(entry: entry, answer: answer))
        defer { pending.isFlushDue = true }
        let isEnough = pending.isGathering && pending.waiters.count >= pending.wanted
        if isEnough { pending.isGathering = false }
        return (!pending.isFlushDue, isEnough)
      }
      if isEnough { gathered.signal() }
      if mustFlush { pool.onWriter { [self] connection in flush(on: connection) } }
    }
    return try answer.get()
  }

  private func flush(on connection: Connection) {
    gather(on: connection)
    let waiters = pending.withLock { pending in
      defer { pending = Pending(wanted: pending.wanted) }
      return pending.waiters
    }
    commit(waiters, triesLeft: Self.retries, on: connection)
    pending.withLock { $0.wanted = max(1, ($0.waiters.count + waiters.count) / 2) }
  }

  /// Waits a moment for more entries, folding meanwhile: where many connections send, a commit for
  /// each few of them would cost more than all else.
  private func gather(on connection: Connection) {
    while true {
      let hasOld = books.withLock { $0.commits.count > Self.fresh }
      let mustWait = pending.withLock { pending in
        let isEnough = pending.waiters.count >= pending.wanted
        pending.isGathering = !isEnough && !hasOld
        return !isEnough
      }
      guard mustWait else { return }
      guard hasOld, (try? fold(Self.slice, on: connection)) != nil else { break }
    }
    guard pending.withLock({ $0.isGathering }),
      gathered.wait(timeout: .now() + Self.longestGathering) == .timedOut
    else { return }
    let cameLate = pending.withLock { pending in
      defer { pending.isGathering = false }
      return !pending.isGathering
    }
    if cameLate { gathered.wait() }
  }

  private func commit(_ waiters: [Waiter], triesLeft: Int, on connection: Connection) {
    do throws(DatabaseError) {
      let receipts = try write(waiters.map(\.entry), on: connection)
      for (waiter, receipt) in zip(waiters, receipts) {
        waiter.answer.resume(returning: .success(receipt))
      }
      foldInTime(on: connection)
    } catch {
      // A full disk may be emptied in a moment; until then every connection waits before its dot.
      // A failed fsync is final: what it covered may or may not be on the disk (it was rolled
      // back here, and recovery will name it as in doubt).
      if triesLeft > 0, error == .full || error == .busy {
        pool.onWriter(after: .milliseconds(500)) { [self] connection in
          commit(waiters, triesLeft: triesLeft - 1, on: connection)
        }
        return
      }
      // One entry that the database refuses must not take those of other connections with it.
      if case .constraint = error, waiters.count > 1 {
        for waiter in waiters { commit([waiter], triesLeft: triesLeft, on: connection) }
        return
      }
      for waiter in waiters { waiter.answer.resume(returning: .failure(error)) }
    }
  }

  private func write(
    _ entries: [LedgerEntry], on connection: Connection
  ) throws(DatabaseError) -> [Receipt] {
    let books = books.withLock { $0 }
    let isAlone = entries.count == 1 && journaling == .whenItPays
    if books.isEmpty, isAlone || entries.count > LedgerJournal.most / 2 {
      // For one the journal is no gain, and so many fill the rows' pages at once.
      let receipts = try connection.transaction { connection throws(DatabaseError) in
        try LedgerFold.write(entries, on: connection)
      }
      self.books.withLock { $0.foldAll() }
      doorbell.ring()
      return receipts
    }
    guard books.slots + entries.count <= LedgerJournal.most else {
      try foldAll(on: connection)
      return try write(entries, on: connection)
    }
    let (receipts, standing, seq) = try connection.transaction { connection throws(DatabaseError) in
      let (receipts, standing) = try Self.examine(entries, against: books, on: connection)
      let seq = try LedgerJournal.write(standing, after: books.seq, on: connection)
      return (receipts, standing, seq)
    }
    self.books.withLock { $0.add(standing, upTo: seq) }
    return receipts
  }

  /// Tells which entries come from those who hold the claims, and leaves out the others.
  private static func examine(
    _ entries: [LedgerEntry], against books: LedgerBooks, on connection: Connection
  ) throws(DatabaseError) -> ([Receipt], standing: [LedgerEntry]) {
    var receipts: [Receipt] = []
    receipts.reserveCapacity(entries.count)
    var standing: [LedgerEntry] = []
    standing.reserveCapacity(entries.count)
    var words: [LedgerPlace: LedgerBooks.Word] = [:]
    for var entry in entries {
      var receipt = Receipt()
      func isClaimed(_ number: Int, _ lease: Lease) throws(DatabaseError) -> Bool {
        let place = LedgerPlace(campaign: entry.campaign, number: number)
        switch words[place] ?? books.words[place] {
        case .settled: return false
        case .intended(let intent): return intent.lease == lease
        case nil:
          return try LedgerFold.isClaimed(number, of: entry.campaign, under: lease, on: connection)
        }
      }
      if let outcome = entry.outcome {
        receipt.outcomeStands = try isClaimed(outcome.number, outcome.lease)
        if receipt.outcomeStands {
          words[LedgerPlace(campaign: entry.campaign, number: outcome.number)] = .settled
        } else {
          entry.outcome = nil
        }
      }
      if let intent = entry.intent {
        receipt.intentStands = try isClaimed(intent.number, intent.lease)
        if receipt.intentStands {
          words[LedgerPlace(campaign: entry.campaign, number: intent.number)] = .intended(intent)
        } else {
          entry.intent = nil
        }
      }
      receipts.append(receipt)
      if entry.outcome != nil || entry.intent != nil { standing.append(entry) }
    }
    return (receipts, standing)
  }

  // MARK: Folding

  /// Puts the whole journal into the rows, and forgets it.
  private func foldAll(on connection: Connection) throws(DatabaseError) {
    try fold(books.withLock { $0.commits.count }, on: connection)
    books.withLock { $0.foldAll() }
  }

  /// Puts the oldest commits of the journal into the rows, in a transaction of its own.
  private func fold(_ count: Int, on connection: Connection) throws(DatabaseError) {
    guard count > 0 else { return }
    let page = books.withLock { $0.page(count) }
    do throws(DatabaseError) {
      // What is lost of it in a power cut stands in the journal.
      try connection.loosely { connection throws(DatabaseError) in
        try LedgerFold.write(page, on: connection)
      }
    } catch {
      guard case .constraint = error else { throw error }
      // One outcome that the rows refuse must not keep out those of others.
      try LedgerFold.writeEach(page, on: connection)
    }
    books.withLock { $0.fold(count) }
    doorbell.ring()
  }

  /// Folds some when there is much, else all soon.
  private func foldInTime(on connection: Connection) {
    let slots = books.withLock { $0.slots }
    guard slots > 0 else { return }
    // Where it fails, the journal stands, and the next change tries again.
    if slots > Self.mostUnfolded { _ = try? fold(2 * Self.slice, on: connection) }
    let isNew = isFoldDue.withLock { isDue in
      defer { isDue = true }
      return !isDue
    }
    guard isNew else { return }
    pool.onWriter(after: Self.lag) { [self] connection in
      isFoldDue.withLock { $0 = false }
      if (try? foldAll(on: connection)) == nil { foldInTime(on: connection) }
    }
  }
}
