package import Compose
package import Model
package import Octets
package import SMTP
package import Storage
package import Telemetry

/// Sends the deliveries of one campaign: claims them, hands them to couriers, waits for what is
/// due again.
package struct Dispatcher: Sendable {
  /// Why a run ended.
  package enum Result: Sendable {
    /// Every delivery has reached a final state.
    case finished
    /// Deliveries are due again later than we were told to wait.
    case deferred(until: Timestamp)
    /// Someone asked for it.
    case stopped
    /// The server lets nobody in, for longer than we were told to wait.
    case unreachable(SessionError)
    /// Trying again is of no use before someone changes the sender.
    case senderFailed(SessionError)
    /// The ledger cannot be written.
    case ledgerFailed(StoreError)
  }

  /// How to run.
  package struct Options: Sendable {
    package var connections = 8
    package var perSecond: Double?
    /// How long to wait when only deferred deliveries are left, or nobody is let in.
    package var patience: Duration = .seconds(60)
    package var messagesPerSession = 1_000
    package var crash = CrashPlan.none
    package var log: Log?

    package init() {}
  }

  private let store: Store
  private let campaign: Campaign
  private let run: Courier.Run
  private let options: Options

  package init(
    _ campaign: Campaign, store: Store, composer: CampaignComposer, exit: Exit,
    options: Options = Options()
  ) {
    self.store = store
    self.campaign = campaign
    self.options = options
    run = Courier.Run(
      campaign: campaign.key, sender: campaign.sender, inDoubt: campaign.inDoubt,
      schedule: campaign.content.isTransactional ? .transactional : .standard, lease: .new(),
      composer: composer, exit: exit, ledger: store.ledger, feed: Feed(),
      pace: Pace(perSecond: options.perSecond, now: .now()), gate: ConnectionGate(),
      ending: Ending(), crash: options.crash,
      log: options.log?.with(["campaign": .text(campaign.id.text(.campaign))]),
      messagesPerSession: options.messagesPerSession)
  }

  /// Lets what is under way come to its end, and nothing new begin.
  package func stop() {
    run.ending.decide(.stopped)
    run.feed.close()
  }

  /// Sends until nothing is left to do now.
  ///
  /// What a process left behind that died while sending must have been settled before
  /// (``Deliveries/recover(_:now:)``).
  package func send() async throws(StoreError) -> Result {
    run.log?.info(
      "sending begins",
      ["server": .text(run.exit.endpoint.name), "connections": .number(options.connections)])
    await withTaskGroup { group in
      for _ in 0..<max(1, options.connections) {
        group.addTask(executorPreference: run.exit.loop) { await Courier(run: run).work() }
      }
      group.addTask { await feedCouriers() }
    }
    if case .ledgerFailed(let error) = run.ending.decided { return .ledgerFailed(error) }
    let left = run.feed.leftovers().map(\.number)
    if !left.isEmpty {
      try await store.deliveries.release(left, of: campaign.key, lease: run.lease)
    }
    let result = run.ending.decided ?? .finished
    run.log?.info("sending ends", ["how": .text(result.word)])
    return result
  }

  // MARK: Feeding

  /// Claims deliveries as they are needed and decides when the run is over.
  private func feedCouriers() async {
    let window = max(64, options.connections * 16)
    var cursor = 0
    var idleSince: Timestamp?
    while !run.feed.isClosed {
      if let trouble = run.gate.trouble, Timestamp.now() - trouble.since > options.patience {
        run.ending.decide(.unreachable(trouble.error))
        break
      }
      if run.feed.count > window / 2 {
        try? await Task.sleep(for: .milliseconds(2))
        continue
      }
      do throws(StoreError) {
        let now = Timestamp.now()
        let (claimed, reached) = try await store.deliveries.claim(
          window, of: campaign.key, after: cursor, lease: run.lease, now: now)
        cursor = reached
        if claimed.isEmpty {
          idleSince = idleSince ?? now
          if let result = try await verdictWhenIdle(since: idleSince ?? now, now: now) {
            run.ending.decide(result)
            break
          }
          try? await Task.sleep(for: .milliseconds(20))
        } else {
          run.crash.reached(.claimed)
          idleSince = nil
          run.feed.add(claimed)
        }
      } catch {
        run.ending.decide(.ledgerFailed(error))
        break
      }
    }
    run.feed.close()
  }

  /// Whether the run is over, now that nothing can be claimed.
  private func verdictWhenIdle(
    since: Timestamp, now: Timestamp
  ) async throws(StoreError) -> Result? {
    guard let counts = try await store.campaigns.counts(campaign.key) else {
      return .stopped
    }
    if counts[.sending] > 0 || counts[.queued] > 0 { return nil }
    guard counts[.deferred] > 0 else { return .finished }
    guard let due = try await store.deliveries.nextDue(campaign.key) else { return nil }
    return due - since > options.patience ? .deferred(until: due) : nil
  }
}

extension Dispatcher.Result {
  /// For the log.
  fileprivate var word: String {
    switch self {
    case .finished: "finished"
    case .deferred: "deferred"
    case .stopped: "stopped"
    case .unreachable(let error): "unreachable: \(error.sentence)"
    case .senderFailed(let error): "sender failed: \(error.sentence)"
    case .ledgerFailed(let error): "ledger failed: \(error)"
    }
  }
}
