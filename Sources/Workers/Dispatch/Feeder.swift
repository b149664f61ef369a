import Locking
import Model
import Octets
import Storage

/// Claims a campaign's deliveries as they can be sent, and decides when the run is over.
///
/// It never claims more than the hourly limits let go: a claimed row waits milliseconds, not an
/// hour.
struct Feeder {
  let run: Courier.Run
  let store: Store
  let options: Dispatcher.Options
  let holdUp: Lock<Dispatcher.HoldUp?>

  /// The number up to which all queued rows have been claimed.
  private var cursor = 0
  private var idleSince: Timestamp?
  private var nap = Self.shortNap
  private static let shortNap = Duration.milliseconds(2)
  private static let longNap = Duration.milliseconds(50)
  /// For longer than this a run does not wait for the next hour's share.
  private static let longestLimit = Duration.seconds(15)

  init(
    run: Courier.Run, store: Store, options: Dispatcher.Options,
    holdUp: Lock<Dispatcher.HoldUp?>
  ) {
    self.run = run
    self.store = store
    self.options = options
    self.holdUp = holdUp
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
        try await takeBack()
        let waiting = run.feed.count
        if waiting > window / 2 {
          // Slow servers are looked after at leisure.
          nap = waiting == lastCount ? min(nap * 2, Self.longNap) : Self.shortNap
          lastCount = waiting
          try? await Task.sleep(for: nap)
          continue
        }
        let room = options.allowance?.room ?? .max
        let result =
          room > waiting
          ? try await claim(min(window, room - waiting, 128)) : try await waitForRoom(waiting)
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

  /// Puts back what the couriers could not send within this hour.
  private mutating func takeBack() async throws(StoreError) {
    let numbers = run.feed.takeHomeward().map(\.number)
    guard let first = numbers.min() else { return }
    try await store.deliveries.release(numbers, of: run.campaign, lease: run.lease)
    cursor = min(cursor, first - 1)
  }

  private mutating func claim(_ limit: Int) async throws(StoreError) -> Dispatcher.Result? {
    let now = run.clock()
    let (claimed, reached) = try await store.deliveries.claim(
      limit, of: run.campaign, after: cursor, lease: run.lease, now: now)
    cursor = reached
    guard claimed.isEmpty else {
      run.crash.reached(.claimed)
      idleSince = nil
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
    guard let counts = try await store.campaigns.counts(run.campaign) else { return .stopped }
    var wait = Duration.milliseconds(20)
    // Rows that were put back lie behind the cursor.
    if counts[.sending] == 0, counts[.queued] > 0 { cursor = 0 }
    if counts[.sending] == 0, counts[.queued] == 0 {
      guard counts[.deferred] > 0 else { return .finished }
      if let due = try await store.deliveries.nextDue(run.campaign) {
        guard due - since <= options.patience else { return .deferred(until: due) }
        holdUp.withLock { $0 = .deferred(until: due) }
        wait = min(max(wait, due - now), .milliseconds(200))
      }
    }
    try? await Task.sleep(for: wait)
    return nil
  }

  /// Waits for the next message that the hourly limits let go, unless that is too long.
  private func waitForRoom(_ waiting: Int) async throws(StoreError) -> Dispatcher.Result? {
    guard let allowance = options.allowance, waiting == 0,
      let counts = try await store.campaigns.counts(run.campaign)
    else {
      // Those that were claimed go, or come back.
      try? await Task.sleep(for: .milliseconds(20))
      return nil
    }
    guard counts[.queued] + counts[.deferred] > 0 else {
      if counts[.sending] == 0 { return .finished }
      try? await Task.sleep(for: .milliseconds(20))
      return nil
    }
    if let bound = allowance.bound { holdUp.withLock { $0 = .limit(bound) } }
    // Without a time it depends on messages that are on their way.
    let free = allowance.nextRoom
    let wait = free.map { $0 - allowance.now() } ?? .milliseconds(20)
    if let free, wait > Self.longestLimit { return .limited(until: free) }
    try? await Task.sleep(for: min(max(wait, .milliseconds(5)), .milliseconds(200)))
    return nil
  }
}
