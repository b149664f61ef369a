public import Database
import Dispatch
import Glibc
import Locking
public import Model

/// Writes down what is about to be sent and what became of it, before anything else happens.
///
/// The final dot of a message waits until its intent, and the outcome of the message before it on
/// the same connection, are durable. All connections share one group commit: while a commit is on
/// its way to the disk, the entries of the others gather for the next.
///
/// A commit goes into a journal of its own, on a thread of its own, and the rows of deliveries follow
/// a moment later, hundreds in one go (a *fold*). Every other change of the database is preceded by a
/// fold of everything and stands alone until it is done, and so does a program that starts: nobody
/// decides on rows that are out of date.
public final class Ledger: Sendable {
  /// When commits go through the journal.
  public enum Journaling: Sendable {
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
    /// Whether the journal's thread waits for as many as it wants.
    var isGathering = false
    /// How many a commit should have: half of those who send, so that the disk and the connections
    /// work side by side.
    var wanted = 1
  }

  /// Where commits go, once the store is open for sending.
  private struct Desk: Sendable {
    let journal: LedgerJournal
    let reader: OwnReader
  }

  let pool: DatabasePool
  let doorbell: Doorbell
  private let journaling: Journaling
  private let desk = Lock<Desk?>(nil)
  private let queue = DispatchQueue(label: "ledger")
  private let pending = Lock(Pending())
  private let gathered = DispatchSemaphore(value: 0)
  /// Commits add to them, folds take from them.
  let books = Lock(LedgerBooks())
  /// Held by a commit and by every other change of the database, one at a time.
  private let door = LedgerDoor()
  let isFoldDue = Lock((now: false, soon: false))
  /// How often a commit is tried again while the disk is full or the database busy.
  static let retries = 6
  private static let longestGathering = DispatchTimeInterval.microseconds(400)
  /// A fold is due at once when the rows lack so many entries, and takes about as many.
  static let pageSize = 384
  /// The youngest commits are left alone: most of their intents have an outcome a moment later.
  static let fresh = 3
  /// A commit has no more entries than that.
  private static let mostEntries = 128
  /// How long rows lag behind the journal at most while nothing else happens.
  static let lag = Duration.milliseconds(50)

  init(pool: DatabasePool, doorbell: Doorbell, journaling: Journaling) {
    self.pool = pool
    self.journaling = journaling
    self.doorbell = doorbell
    // A write may outlive the ledger; the door is held by both.
    pool.frameWrites(
      DatabasePool.Frame(
        before: { [weak self, door] connection throws(DatabaseError) in
          door.enter()
          do throws(DatabaseError) {
            try self?.foldAll(on: connection)
          } catch {
            door.leave()
            throw error
          }
        },
        after: { [door] in door.leave() }))
  }

  /// Opens the journal, and puts into the rows what a program that died has left in it.
  func open(besideDatabase path: String) async throws(DatabaseError) {
    let journal = try await LedgerJournal(besideDatabase: path, pool: pool)
    let left = try await pool.read { connection throws(DatabaseError) in
      try journal.read(on: connection)
    }
    books.withLock { $0 = left }
    try await settle()
    let desk = Desk(journal: journal, reader: try pool.ownReader())
    self.desk.withLock { $0 = desk }
  }

  /// Returns when the rows say all that has been recorded.
  public func settle() async throws(DatabaseError) {
    // Every change waits for the fold, also one that changes nothing.
    try await pool.write { _ throws(DatabaseError) in }
  }

  /// Claims deliveries, and remembers that, so that their rows need not be asked at each intent.
  public func claiming(
    of campaign: CampaignKey, under lease: Lease,
    _ claim: () async throws(DatabaseError) -> [ClaimedDelivery]
  ) async throws(DatabaseError) -> [ClaimedDelivery] {
    let age = books.withLock { $0.age }
    let claimed = try await claim()
    books.withLock {
      $0.add(claims: claimed.map(\.number), of: campaign, under: lease, since: age)
    }
    return claimed
  }

  // MARK: Recording

  /// Writes an outcome, an intent or both, and returns when they are durable.
  public func record(
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
      if mustFlush { queue.async { [self] in flush() } }
    }
    return try answer.get()
  }

  private func flush() {
    gather()
    let waiters = pending.withLock { pending in
      defer { pending = Pending(wanted: pending.wanted) }
      return pending.waiters
    }
    for start in stride(from: 0, to: waiters.count, by: Self.mostEntries) {
      commit(Array(waiters[start..<min(waiters.count, start + Self.mostEntries)]))
    }
    pending.withLock { $0.wanted = max(1, ($0.waiters.count + waiters.count) / 2) }
  }

  /// Waits a moment for more entries: where many connections send, a commit for each few of them
  /// would cost more than all else.
  private func gather() {
    let mustWait = pending.withLock { pending in
      pending.isGathering = pending.waiters.count < pending.wanted
      return pending.isGathering
    }
    guard mustWait, gathered.wait(timeout: .now() + Self.longestGathering) == .timedOut else {
      return
    }
    let cameLate = pending.withLock { pending in
      defer { pending.isGathering = false }
      return !pending.isGathering
    }
    if cameLate { gathered.wait() }
  }

  private func commit(_ waiters: [Waiter]) {
    let isAlone =
      waiters.count == 1 && journaling == .whenItPays && books.withLock { $0.isEmpty }
    guard !isAlone, let desk = desk.withLock({ $0 }) else {
      return writeRows(waiters, triesLeft: Self.retries)
    }
    // Long words go another way.
    let (short, long) = waiters.reduce(into: ([Waiter](), [Waiter]())) { parts, waiter in
      if LedgerJournal.holds(waiter.entry) {
        parts.0.append(waiter)
      } else {
        parts.1.append(waiter)
      }
    }
    if !long.isEmpty { writeRows(long, triesLeft: Self.retries) }
    guard !short.isEmpty else { return }
    do throws(DatabaseError) {
      try makeRoom(for: short.count)
      let receipts = try patiently { () throws(DatabaseError) in
        try write(short.map(\.entry), at: desk)
      }
      for (waiter, receipt) in zip(short, receipts) {
        waiter.answer.resume(returning: .success(receipt))
      }
    } catch {
      for waiter in short { waiter.answer.resume(returning: .failure(error)) }
    }
    foldInTime()
  }

  /// Tries again for a while where there is no room: a full disk may be emptied in a moment, and until
  /// then every connection waits before its dot.
  func patiently<Result>(
    _ body: () throws(DatabaseError) -> Result
  ) throws(DatabaseError) -> Result {
    var triesLeft = Self.retries
    while true {
      do throws(DatabaseError) {
        return try body()
      } catch {
        guard triesLeft > 0, error == .full || error == .busy else { throw error }
        triesLeft -= 1
        usleep(500_000)
      }
    }
  }

  private func write(_ entries: [LedgerEntry], at desk: Desk) throws(DatabaseError) -> [Receipt] {
    door.enter()
    defer { door.leave() }
    let (receipts, standing) = try examine(entries, at: desk)
    let before = books.withLock { $0.seq }
    let seq = try desk.journal.write(standing, after: before)
    books.withLock { $0.add(standing, upTo: seq) }
    return receipts
  }

  /// Puts entries into the rows at once: where the journal is no gain.
  private func writeRows(_ waiters: [Waiter], triesLeft: Int, after delay: Duration = .zero) {
    pool.onWriter(after: delay) { [self] connection in
      let answer: Result<[Receipt], DatabaseError>
      do throws(DatabaseError) {
        door.enter()
        defer { door.leave() }
        try foldAll(on: connection)
        answer = .success(
          try connection.transaction { connection throws(DatabaseError) in
            try LedgerFold.write(waiters.map(\.entry), on: connection)
          })
      } catch {
        answer = .failure(error)
      }
      switch answer {
      case .success(let receipts):
        for (waiter, receipt) in zip(waiters, receipts) {
          waiter.answer.resume(returning: .success(receipt))
        }
        doorbell.ring()
      case .failure(let error) where triesLeft > 0 && (error == .full || error == .busy):
        // A full disk may be emptied in a moment; until then every connection waits before its dot.
        writeRows(waiters, triesLeft: triesLeft - 1, after: .milliseconds(500))
      case .failure(.constraint) where waiters.count > 1:
        // One entry that the database refuses must not take those of other connections with it.
        for waiter in waiters { writeRows([waiter], triesLeft: triesLeft) }
      case .failure(let error):
        // A failed fsync is final: what it covered may or may not be on the disk (it was rolled
        // back here, and recovery will name it as in doubt).
        for waiter in waiters { waiter.answer.resume(returning: .failure(error)) }
      }
    }
  }

  /// Tells which entries come from those who hold the claims, and leaves out the others.
  private func examine(
    _ entries: [LedgerEntry], at desk: Desk
  ) throws(DatabaseError) -> ([Receipt], standing: [LedgerEntry]) {
    try desk.reader.read { connection throws(DatabaseError) in
      var receipts: [Receipt] = []
      receipts.reserveCapacity(entries.count)
      var standing: [LedgerEntry] = []
      standing.reserveCapacity(entries.count)
      var words: [LedgerPlace: LedgerBooks.Word] = [:]
      for var entry in entries {
        var receipt = Receipt()
        func isClaimed(_ number: Int, _ lease: Lease) throws(DatabaseError) -> Bool {
          let place = LedgerPlace(campaign: entry.campaign, number: number)
          switch words[place] {
          case .settled: return false
          case .intended(let intent): return intent.lease == lease
          case nil: break
          }
          if let known = books.withLock({ $0.isClaimed(place, under: lease) }) { return known }
          return try LedgerFold.isClaimed(number, of: entry.campaign, under: lease, on: connection)
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
  }
}
