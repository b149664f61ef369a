import Model

/// What is in the journal and not yet in the rows, as the ledger remembers it.
struct LedgerBooks {
  /// What the journal says of a delivery.
  enum Word {
    case intended(Ledger.Intent)
    case settled
  }

  /// What one commit has made durable.
  struct Commit {
    /// The number of the last slot that it took.
    let seq: Int
    let entries: [LedgerEntry]
  }

  /// The oldest first.
  private(set) var commits: [Commit] = []
  private(set) var words: [LedgerPlace: Word] = [:]
  /// The number of the last slot that was written.
  private(set) var seq: Int
  /// The number of the last slot whose entries stand in the rows.
  private(set) var foldedSeq: Int

  init(foldedSeq: Int = 0) {
    self.foldedSeq = foldedSeq
    seq = foldedSeq
  }

  /// How many entries the rows lack.
  private(set) var entryCount = 0

  /// Claims of which nothing has been written down yet, as far as they are known.
  private var claims: [LedgerPlace: Lease] = [:]
  /// Changes whenever others than commits and claims may have changed the rows.
  private(set) var age = 0

  var isEmpty: Bool { commits.isEmpty }

  /// Whether a delivery is claimed under a lease; `nil` where only its row says that.
  func isClaimed(_ place: LedgerPlace, under lease: Lease) -> Bool? {
    switch words[place] {
    case .settled: false
    case .intended(let intent): intent.lease == lease
    case nil: claims[place].map { $0 == lease }
    }
  }

  /// Takes in claims that were made since the books had this age.
  mutating func add(claims numbers: [Int], of key: CampaignKey, under lease: Lease, since age: Int)
  {
    guard age == self.age else { return }
    // Those that nothing comes of are let go of now and then.
    if claims.count > 4_096 { claims.removeAll(keepingCapacity: true) }
    for number in numbers { claims[LedgerPlace(campaign: key, number: number)] = lease }
  }

  /// How many slots of the journal bear what is not in the rows.
  var slots: Int { seq - foldedSeq }

  /// Takes in what a commit has made durable.
  mutating func add(_ entries: [LedgerEntry], upTo seq: Int) {
    guard seq > self.seq else { return }
    self.seq = seq
    commits.append(Commit(seq: seq, entries: entries))
    entryCount += entries.count
    for entry in entries {
      if let outcome = entry.outcome {
        let place = LedgerPlace(campaign: entry.campaign, number: outcome.number)
        words[place] = .settled
        claims[place] = nil
      }
      if let intent = entry.intent {
        let place = LedgerPlace(campaign: entry.campaign, number: intent.number)
        words[place] = .intended(intent)
        claims[place] = nil
      }
    }
  }

  /// How many of the oldest commits make a page of about so many entries, the youngest left out.
  func commitCount(forEntries wanted: Int, sparing fresh: Int) -> Int {
    var entries = 0
    var count = 0
    for commit in commits.dropLast(fresh) where entries < wanted {
      entries += commit.entries.count
      count += 1
    }
    return count
  }

  /// What a fold of the oldest commits puts into the rows.
  func page(_ count: Int) -> LedgerPage {
    let oldest = commits.prefix(count)
    var page = LedgerPage(seq: oldest.last?.seq ?? foldedSeq)
    for commit in oldest {
      for entry in commit.entries {
        if entry.outcome != nil { page.outcomes.append(entry) }
        guard let intent = entry.intent else { continue }
        let place = LedgerPlace(campaign: entry.campaign, number: intent.number)
        if case .intended(let open) = words[place], open == intent {
          page.intents.append((place, intent))
        }
      }
    }
    page.sort()
    return page
  }

  /// Forgets what a fold of the oldest commits has put into the rows.
  ///
  /// Intents without an outcome are remembered on, as their holders come back soon.
  mutating func fold(_ count: Int) {
    for commit in commits.prefix(count) {
      foldedSeq = commit.seq
      entryCount -= commit.entries.count
      for entry in commit.entries {
        guard let outcome = entry.outcome else { continue }
        let place = LedgerPlace(campaign: entry.campaign, number: outcome.number)
        if case .settled = words[place] { words[place] = nil }
      }
    }
    commits.removeFirst(min(count, commits.count))
  }

  /// Forgets all, after a fold of everything: others may change the rows now.
  mutating func foldAll() {
    foldedSeq = seq
    entryCount = 0
    commits.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    claims.removeAll(keepingCapacity: true)
    age += 1
  }
}

/// What goes from the journal into the rows in one transaction.
struct LedgerPage {
  /// The number of the last slot that it covers.
  let seq: Int
  var outcomes: [LedgerEntry] = []
  /// Those that have no outcome yet.
  var intents: [(LedgerPlace, Ledger.Intent)] = []

  init(seq: Int) { self.seq = seq }

  /// Brings the outcomes into the order of their rows, so that neighbours are written together.
  mutating func sort() {
    outcomes.sort { left, right in
      if left.campaign != right.campaign { return left.campaign < right.campaign }
      return (left.outcome?.number ?? 0) < (right.outcome?.number ?? 0)
    }
  }
}

extension CampaignKey {
  fileprivate static func < (left: Self, right: Self) -> Bool {
    left.workspace == right.workspace
      ? left.campaign < right.campaign : left.workspace < right.workspace
  }
}
