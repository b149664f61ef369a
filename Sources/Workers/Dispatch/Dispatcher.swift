public import Compose
import Locking
public import Model
public import Octets
public import SMTP
public import Storage
public import Telemetry

/// Sends the deliveries of one campaign: claims them, hands them to couriers, waits for what is
/// due again.
public struct Dispatcher: Sendable {
  /// Why a run ended.
  public enum Result: Sendable {
    /// Every delivery has reached a final state.
    case finished
    /// Deliveries are due again later than we were told to wait.
    case deferred(until: Timestamp)
    /// What the limits let go is used up.
    case limited(until: Timestamp)
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
  public struct Options: Sendable {
    public var connections = 8
    public var perSecond: Double?
    /// How long to wait when only deferred deliveries are left, or nobody is let in.
    public var patience: Duration = .seconds(60)
    public var messagesPerSession = 1_000
    /// The sender's and the workspace's limits; `nil` for none.
    public var allowance: Allowance?
    /// What the sender's campaigns have learnt about receivers; `nil` to begin anew.
    public var shaper: Shaper?
    /// The connections that this run shares with others; `nil` for none but its own.
    public var lines: Lines?
    public var crash = CrashPlan.none
    public var log: Log?
    /// Who the messages leave through; `nil` is the campaign's own sender.
    public var sender: Identifier?
    /// When what was refused for now is tried again; `nil` is the program's own schedule.
    public var schedule: RetrySchedule?
    /// A connection that has had nothing to do for so long is closed.
    public var idleTime: Duration = .seconds(30)
    public var clock: @Sendable () -> Timestamp = { .now() }
    /// A number from 0 up to 1, by which waits are spread.
    public var jitter: @Sendable () -> Double = { .random(in: 0..<1) }

    public init() {}
  }

  /// What keeps messages from leaving although there are some.
  public enum HoldUp: Sendable, Equatable {
    case limit(Allowance.Bound)
    /// A receiver takes no more at the moment; an empty domain is the sender's own server.
    case receiver(domain: String, waiting: Int, Slowness)
    /// Nobody has been let in since the last message.
    case unreachable(SessionError)
    /// What is left is due again at a time.
    case deferred(until: Timestamp)
  }

  /// How a receiver holds messages up.
  public enum Slowness: Sendable, Equatable {
    /// It asked us to slow down.
    case rate(perSecond: Double)
    /// It has taken nothing of late and is asked again at a time; before that it took so many a
    /// second, 0 where that is not known.
    case blocked(until: Timestamp, perSecond: Double)
    /// Its answers take long.
    case answers(connections: Int)
  }

  private let store: Store
  private let campaign: Campaign
  private let run: Courier.Run
  private let delay = Lock<HoldUp?>(nil)
  private let shaper: Shaper
  /// What held the messages up as the run ended.
  private let lastHoldUps = Lock<[HoldUp]?>(nil)
  private let options: Options

  public init(
    _ campaign: Campaign, store: Store, composer: CampaignComposer, exit: Exit,
    options: Options = Options()
  ) {
    self.store = store
    self.campaign = campaign
    self.options = options
    shaper = options.shaper ?? Shaper()
    run = Courier.Run(
      campaign: campaign.key, sender: options.sender ?? campaign.sender,
      inDoubt: campaign.inDoubt,
      schedule: options.schedule
        ?? SenderRules().schedule(isTransactional: campaign.content.isTransactional),
      lease: .new(), making: store.making, idleTime: options.idleTime, clock: options.clock,
      jitter: options.jitter,
      composer: composer, exit: exit, ledger: store.ledger,
      feed: Feed(
        shaper: shaper, allowance: options.allowance, connections: options.connections,
        now: options.clock),
      pace: Pace(perSecond: options.perSecond, now: options.clock()),
      lines: options.lines, gate: ConnectionGate(exit.porch.doorstep, began: options.clock()),
      ending: Ending(), crash: options.crash,
      log: options.log?.with(["campaign": .text(campaign.id.text(.campaign))]),
      messagesPerSession: options.messagesPerSession)
  }

  /// What holds the messages up at the moment, the weightiest first; empty while they leave.
  public var holdUps: [HoldUp] {
    if let last = lastHoldUps.withLock({ $0 }) { return last }
    if let trouble = run.gate.trouble { return [.unreachable(trouble.error)] }
    var holdUps = delay.withLock { $0 }.map { [$0] } ?? []
    let waiting = run.feed.hindrances(now: run.clock()).sorted { $0.waiting > $1.waiting }
    holdUps += waiting.map { hindrance in
      let slowness: Slowness =
        switch hindrance.kind {
        case .slowedDown(let rate, let until?): .blocked(until: until, perSecond: rate ?? 0)
        case .slowedDown(let rate, nil): .rate(perSecond: rate ?? 0)
        case .slow(let connections): .answers(connections: connections)
        }
      return .receiver(
        domain: String(decoding: hindrance.domain, as: UTF8.self), waiting: hindrance.waiting,
        slowness)
    }
    return holdUps
  }

  /// Lets what is under way come to its end, and nothing new begin.
  public func stop() {
    run.ending.decide(.stopped)
    run.feed.close()
  }

  /// Ends the run because its sender must not be used any more; what is under way comes to its end.
  func fail(_ error: SessionError) {
    run.ending.decide(.senderFailed(error))
    run.feed.close()
  }

  /// Sends until nothing is left to do now.
  ///
  /// What a process left behind that died while sending must have been settled before
  /// (``Deliveries/recover(_:now:)``). Where the task is cancelled, connections are cut and the run
  /// ends as after ``stop()``; what was under way is in doubt then, or due again.
  public func send() async throws(StoreError) -> Result {
    run.log?.info(
      "sending begins",
      ["server": .text(run.exit.endpoint.name), "connections": .number(options.connections)])
    let notebook = ShapingNotebook(
      shaper: shaper, memory: store.shaping, sender: run.sender,
      workspace: campaign.key.workspace)
    try await notebook.open()
    run.lines?.join(run.lease)
    await withTaskCancellationHandler {
      await withTaskGroup { group in
        for _ in 0..<max(1, options.connections) {
          group.addTask(executorPreference: run.exit.loop) { await Courier(run: run).work() }
        }
        group.addTask {
          var feeder = Feeder(
            run: run, store: store, options: options, holdUp: delay, notebook: notebook)
          await feeder.work()
        }
      }
    } onCancel: {
      stop()
    }
    run.lines?.leave(run.lease)
    await notebook.write()
    if case .ledgerFailed(let error) = run.ending.decided { return .ledgerFailed(error) }
    let last = holdUps
    lastHoldUps.withLock { $0 = last }
    let left = run.feed.leftovers().map(\.number)
    if !left.isEmpty {
      try await store.deliveries.release(left, of: campaign.key, lease: run.lease)
    }
    try await store.ledger.settle()
    let result = run.ending.decided ?? .finished
    run.log?.info("sending ends", ["how": .text(result.word)])
    return result
  }
}

extension Dispatcher.Result {
  /// For the log.
  fileprivate var word: String {
    switch self {
    case .finished: "finished"
    case .deferred: "deferred"
    case .limited: "limited"
    case .stopped: "stopped"
    case .unreachable(let error): "unreachable: \(error.sentence)"
    case .senderFailed(let error): "sender failed: \(error.sentence)"
    case .ledgerFailed(let error): "ledger failed: \(error)"
    }
  }
}
