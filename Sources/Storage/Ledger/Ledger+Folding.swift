import Database
import Dispatch
import Locking

// How the rows follow the journal.

extension Ledger {
  /// Puts the whole journal into the rows, and forgets it.
  func foldAll(on connection: Connection) throws(DatabaseError) {
    try fold(books.withLock { $0.commits.count }, on: connection)
    books.withLock { $0.foldAll() }
  }

  /// Puts the oldest commits of the journal into the rows, in a transaction of its own.
  private func fold(_ count: Int, on connection: Connection) throws(DatabaseError) {
    guard count > 0 else { return }
    let page = books.withLock { $0.page(count) }
    do throws(DatabaseError) {
      try connection.transaction { connection throws(DatabaseError) in
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

  private func foldPage(on connection: Connection) throws(DatabaseError) {
    let count = books.withLock { books in
      let spared = books.commitCount(forEntries: Self.pageSize, sparing: Self.fresh)
      // Where there are but a few large ones, they are it.
      return spared > 0 ? spared : books.commits.count
    }
    try fold(count, on: connection)
  }

  /// Waits until so many entries have a slot each.
  func makeRoom(for count: Int) throws(DatabaseError) {
    while books.withLock({ $0.slots + count > LedgerJournal.most }) {
      try patiently { () throws(DatabaseError) in try foldPageAndWait() }
    }
  }

  private func foldPageAndWait() throws(DatabaseError) {
    let done = DispatchSemaphore(value: 0)
    let failure = Lock<DatabaseError?>(nil)
    pool.onWriter { [self] connection in
      do throws(DatabaseError) {
        try foldPage(on: connection)
      } catch {
        failure.withLock { $0 = error }
      }
      done.signal()
    }
    done.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Folds a page when there is one, else all soon.
  func foldInTime() {
    let (entries, isEmpty) = books.withLock { ($0.entryCount, $0.isEmpty) }
    guard !isEmpty else { return }
    let isMuch = entries >= Self.pageSize
    let (now, soon) = isFoldDue.withLock { due in
      let must = (isMuch && !due.now, !due.soon)
      due = (due.now || isMuch, true)
      return must
    }
    if now {
      pool.onWriter { [self] connection in
        let isDone = (try? foldPage(on: connection)) != nil
        isFoldDue.withLock { $0.now = false }
        if isDone { foldInTime() }
      }
    }
    guard soon else { return }
    let seq = books.withLock { $0.seq }
    pool.onWriter(after: Self.lag) { [self] connection in
      isFoldDue.withLock { $0.soon = false }
      let count = books.withLock { books in
        // Where more has come meanwhile, more will: the youngest wait for their outcomes.
        books.seq == seq
          ? books.commits.count : books.commitCount(forEntries: .max, sparing: Self.fresh)
      }
      // Where it fails, the journal stands, and the next change tries again.
      _ = try? fold(count, on: connection)
      foldInTime()
    }
  }
}
