import Locking
import Model
import Octets
import Storage

/// Claims a campaign's deliveries as they can be sent, and decides when the run is over.
///
/// It never claims more than the limits let go and the receivers take: a claimed row waits
/// moments, not an hour.
struct Feeder {
  let run: Courier.Run
  let store: Store
  let options: Dispatcher.Options
  let holdUp: Lock<Dispatcher.HoldUp?>
  let notebook: ShapingNotebook

  /// The number up to which all queued rows have been claimed.
  private var cursor = 0
  private var idleSince: Timestamp?
  private var notedAt = Timestamp.now()
  private var nap = Self.shortNap
  private static let shortNap = Duration.milliseconds(2)
  private static let longNap = Duration.milliseconds(50)
  private static let longestNap = Duration.milliseconds(200)
  /// For longer than this a run does not wait for a limit or a receiver.
  private static let longestLimit = Duration.seconds(15)
  /// What a delivery is told that waits for its receiver.
  private static let parkingReason = "it waits until its mail server takes more"

  init(
    run: Courier.Run, store: Store, options: Dispatcher.Options,
    holdUp: Lock<Dispatcher.HoldUp?>, notebook: ShapingNotebook
  ) {
    self.run = run
    self.store = store
    self.options = options
    self.holdUp = holdUp
    self.notebook = notebook
  }

  /// Works until the run is over.
  mutating func work() async {
    let window = max(64, options.connections * 16)
    var lastCount = -1
    while !run.feed.isClosed {
      if let trouble = run.gate.trouble, run.clock() - trouble.since > options.patience {
        run.ending.decide(.unreachable(trouble.error))
        break
      }
      do throws(StoreError) {
        await note()
        try await park()
        try await fetch()
        // What could not go before may go now.
        run.feed.serve()
        if let lines = run.lines {
          run.feed.setPart(lines.part)
          if lines.isWanted(by: run.lease) { run.feed.stir() }
        }
        let waiting = run.feed.count
        let room = options.allowance?.room ?? .max
        let result: Dispatcher.Result?
        if let until = try await restOfServer() {
          result = .deferred(until: until)
        } else if room <= waiting {
          result = try await waitForRoom(room, waiting)
        } else if waiting > window / 2 {
          // Slow servers are looked after at leisure.
          nap = waiting == lastCount ? min(nap * 2, Self.longNap) : Self.shortNap
          lastCount = waiting
          result = nil
          try? await Task.sleep(for: nap)
        } else {
          result = try await claim(min(window, room - waiting, 128))
        }
        if let result {
          run.ending.decide(result)
          break
        }
      } catch {
        run.ending.decide(.ledgerFailed(error))
        break
      }
    }
    run.feed.close()
  }

  // MARK: Receivers

  /// Puts back what its receiver does not take for the moment.
  private func park() async throws(StoreError) {
    let dates = run.feed.takeHomeward()
    try await store.deliveries.park(
      dates, because: Self.parkingReason, of: run.campaign, lease: run.lease)
  }

  /// Fetches some of it as soon as it may go.
  private func fetch() async throws(StoreError) {
    let claimed = try await run.ledger.claiming(
      of: run.campaign, under: run.lease
    ) { () async throws(StoreError) in
      try await store.deliveries.claim(run.feed.recall(), of: run.campaign, lease: run.lease)
    }
    if !claimed.isEmpty { run.feed.add(claimed) }
  }

  /// Until when the sender's own server wants nothing, where that is long.
  private func restOfServer() async throws(StoreError) -> Timestamp? {
    guard let until = run.feed.serverReadyAt, until - run.clock() > longestRest,
      let counts = try await store.campaigns.counts(run.campaign),
      counts[.sending] <= run.feed.claimedCount
    else { return nil }
    return until
  }

  /// Writes down what has been learnt, at most once a second.
  private mutating func note() async {
    let now = Timestamp.now()
    guard now - notedAt >= .seconds(1) || now < notedAt else { return }
    notedAt = now
    await notebook.write()
  }

  private var longestRest: Duration { max(options.patience, Self.longestLimit) }

  // MARK: Claiming

  private mutating func claim(_ limit: Int) async throws(StoreError) -> Dispatcher.Result? {
    let now = run.clock()
    let claimed = try await run.ledger.claiming(
      of: run.campaign, under: run.lease
    ) { () async throws(StoreError) in
      let (claimed, reached) = try await store.deliveries.claim(
        limit, of: run.campaign, after: cursor, lease: run.lease, now: now)
      cursor = reached
      return claimed
    }
    guard claimed.isEmpty else {
      run.crash.reached(.claimed)
      idleSince = nil
      nap = Self.shortNap
      holdUp.withLock { $0 = nil }
      run.feed.add(claimed)
      return nil
    }
    let since = idleSince ?? now
    idleSince = since
    return try await idle(since: since, now: now)
  }

  /// Waits, now that nothing can be claimed, unless the run is over.
  private mutating func idle(
    since: Timestamp, now: Timestamp
  ) async throws(StoreError) -> Dispatcher.Result? {
    let ready = run.feed.readyAt(now: now)
    guard let counts = try await store.campaigns.counts(run.campaign) else { return .stopped }
    let claimed = run.feed.claimedCount
    nap = min(nap * 2, Self.longestNap)
    var wait = min(nap, .milliseconds(20))
    // Rows that were put back lie behind the cursor.
    if counts[.sending] == 0, counts[.queued] > 0 { cursor = 0 }
    if counts[.sending] <= claimed, counts[.queued] == 0 {
      guard claimed + counts[.deferred] > 0 else { return .finished }
      let due = counts[.deferred] > 0 ? try await store.deliveries.nextDue(run.campaign) : nil
      // What nobody holds up waits for a connection.
      let isFree = claimed > 0 && ready == nil
      let next = isFree ? now : [ready, due].compactMap { $0 }.min() ?? now
      let isSoon =
        ready.map { $0 - now <= longestRest } ?? false
        || due.map { $0 - since <= options.patience } ?? false
      guard isSoon || next <= now else { return .deferred(until: next) }
      if ready == nil, claimed == 0 { holdUp.withLock { $0 = .deferred(until: next) } }
      // A receiver that becomes ready is not kept waiting.
      wait = min(max(.milliseconds(2), next - now), nap)
    }
    try? await Task.sleep(for: wait)
    return nil
  }

  /// Waits for the next message that the limits let go, unless that is too long.
  private func waitForRoom(_ room: Int, _ waiting: Int) async throws(StoreError) -> Dispatcher
    .Result?
  {
    guard room == 0, let allowance = options.allowance,
      let counts = try await store.campaigns.counts(run.campaign)
    else {
      // Those that were claimed go.
      try? await Task.sleep(for: .milliseconds(5))
      return nil
    }
    guard waiting > 0 || counts[.queued] + counts[.deferred] > 0 else {
      if counts[.sending] == 0 { return .finished }
      try? await Task.sleep(for: .milliseconds(20))
      return nil
    }
    if let bound = allowance.bound { holdUp.withLock { $0 = .limit(bound) } }
    // Without a time it depends on messages that are on their way.
    let free = allowance.nextRoom
    let wait = free.map { $0 - allowance.now() } ?? .milliseconds(20)
    if let free, wait > longestRest { return .limited(until: free) }
    try? await Task.sleep(for: min(max(wait, .milliseconds(2)), .milliseconds(200)))
    return nil
  }
}
