import Locking
import Model
import Octets
import Storage
import Telemetry

/// Sees to it that every file is read and every campaign is sent, in all workspaces.
///
/// It looks around whenever the doorbell rings and four times a second, so that a pause, a
/// cancellation or a new campaign waits no longer than that.
struct Scheduler: Sendable {
  let bench: Workbench
  let stop: StopSign
  private let docket = Docket()
  /// Whether campaigns begin by themselves when their time has come.
  private let isScheduleOn = Lock(true)
  private static let round = Duration.milliseconds(250)
  /// The doorbell rings with every commit; this often is enough.
  private static let rest = Duration.milliseconds(50)
  /// How many files are read at a time.
  private static let mostReaders = 2

  init(bench: Workbench, stop: StopSign) {
    self.bench = bench
    self.stop = stop
  }

  private var store: Store { bench.store }
  private var log: Log? { bench.options.log }

  /// Works until it is stopped; then what is under way comes to its end.
  func run() async {
    stop.whenRaised { [docket] in docket.stopAll() }
    await withDiscardingTaskGroup { group in
      var lastLook = Timestamp(microseconds: 0)
      while !stop.isRaised {
        let generation = store.doorbell.generation
        do throws(StoreError) {
          let now = Timestamp.now()
          if now - lastLook >= .seconds(1) || now < lastLook {
            lastLook = now
            try await lookAgain(now: now)
          }
          read(try await store.audiences.unread(limit: 100), in: &group)
          if bench.options.endsWhenIdle || isScheduleOn.withLock({ $0 }) {
            try await store.campaigns.startDue(now: now)
          }
          let active = try await store.campaigns.active().filter { $0.state != .scheduled }
          // One that is to be ended is left to whoever is at it, who has to come to an end first.
          docket.keep(only: Set(active.filter { !$0.state.isFinal }.map(\.key)))
          work(on: active.map(\.key).sorted { $0.campaign < $1.campaign }, in: &group)
          if bench.options.endsWhenIdle, docket.isIdle(now: now) { stop.raise() }
        } catch {
          log?.error("the scheduler cannot look around", ["reason": .text("\(error)")])
        }
        try? await Task.sleep(for: Self.rest)
        await store.doorbell.wait(after: generation, upTo: Self.round)
      }
      docket.stopAll()
    }
  }

  // MARK: Campaigns

  private func work(on keys: [CampaignKey], in group: inout DiscardingTaskGroup) {
    for (key, sign, failures) in docket.begin(
      keys, most: bench.options.mostCampaigns, now: .now())
    {
      if stop.isRaised { sign.raise() }
      group.addTask {
        let runner = CampaignRunner(bench: bench, key: key, sign: sign, failures: failures)
        docket.end(key, until: await runner.run())
        store.doorbell.ring()
      }
    }
  }

  /// What changes without a campaign's state: who may register, limits, senders, what someone
  /// wants sent at once.
  private func lookAgain(now: Timestamp) async throws(StoreError) {
    bench.senders.rule.follow(try await store.settings.registration())
    let isOn = try await store.settings.isScheduleOn()
    isScheduleOn.withLock { $0 = isOn }
    bench.sweep()
    for (key, waiting) in docket.waiting where waiting.until > now {
      if try await mayGoOn(key, waiting, now: now) { docket.hurry(key) }
    }
  }

  private func mayGoOn(
    _ key: CampaignKey, _ waiting: Waiting, now: Timestamp
  ) async throws(StoreError) -> Bool {
    switch waiting.reason {
    case .list: return true
    case .deferred:
      return try await store.deliveries.nextDue(key).map { $0 <= now } ?? true
    case .limit(let allowance, let id):
      let sender = try await store.senders.find(id, in: key.workspace)
      let workspace = try await store.workspaces.find(key.workspace)
      allowance.limit(
        sender: sender?.limits ?? SenderLimits(), workspace: workspace?.messagesPerHour)
      return allowance.room > 0
    case .trouble(let before):
      guard let before else { return false }
      guard let sender = try await store.senders.find(before.id, in: key.workspace) else {
        return true
      }
      return !sender.signsIn(as: before)
    }
  }

  // MARK: Lists

  private func read(_ lists: [Audience], in group: inout DiscardingTaskGroup) {
    for (list, sign) in docket.beginReading(lists, most: Self.mostReaders, now: .now()) {
      if stop.isRaised { sign.raise() }
      group.addTask {
        let isSettled = await ListReader(bench: bench, stop: sign).read(list)
        docket.endReading(list.id, retry: isSettled ? nil : .now() + .seconds(5))
        store.doorbell.ring()
      }
    }
  }
}
