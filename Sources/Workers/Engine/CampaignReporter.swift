import Model
import Octets
import SMTP
import Storage

/// Says every second how fast a campaign is, when it will be done, and what holds it up.
struct CampaignReporter: Sendable {
  let store: Store
  let key: CampaignKey
  let sender: Identifier
  let allowance: Allowance
  let lines: Lines?
  let endpoint: Endpoint

  /// Reports until the task is cancelled.
  func follow(_ dispatcher: Dispatcher) async {
    var speed = Speedometer()
    var last: CampaignPace?
    while !Task.isCancelled {
      // A report that cannot be written is one that nobody misses a second later.
      if let pace = try? await pace(&speed, dispatcher), pace != last {
        try? await store.campaigns.setPace(pace, of: key)
        last = pace
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Says why nothing leaves for a while; `until` is when it goes on at the earliest, if known.
  func rest(
    until moment: Timestamp?, because holdUps: [Dispatcher.HoldUp]
  ) async throws(StoreError) {
    guard let progress = try await store.campaigns.progress(key), progress.state == .sending else {
      return
    }
    var pace = CampaignPace(slowReason: sentence(holdUps, progress.counts))
    if case .unreachable? = holdUps.first {
      // Nobody knows.
    } else {
      pace.finishEstimate = estimate(progress.counts, rate: nil, holdUps)
      if let moment { pace.finishEstimate = max(moment, pace.finishEstimate ?? moment) }
    }
    try await store.campaigns.setPace(pace, of: key)
  }

  private func pace(
    _ speed: inout Speedometer, _ dispatcher: Dispatcher
  ) async throws(StoreError) -> CampaignPace? {
    try await followSender(dispatcher)
    let holdUps = dispatcher.holdUps
    guard let progress = try await store.campaigns.progress(key), progress.state == .sending else {
      return nil
    }
    speed.note(progress.counts.processed, now: .now())
    return CampaignPace(
      rate: speed.rate, finishEstimate: estimate(progress.counts, rate: speed.rate, holdUps),
      slowReason: sentence(holdUps, progress.counts))
  }

  /// Limits may be changed while a campaign is under way, and another campaign may learn that the
  /// sender's password is wrong.
  private func followSender(_ dispatcher: Dispatcher) async throws(StoreError) {
    guard let sender = try await store.senders.find(sender, in: key.workspace),
      let workspace = try await store.workspaces.find(key.workspace)
    else { return }
    if sender.refusal != nil { dispatcher.fail(.wrongCredentials(Self.stopped)) }
    allowance.limit(sender: sender.limits, workspace: workspace.messagesPerHour)
    if let most = sender.limits.connections { lines?.limit(most) }
  }

  /// What the server has told another, in place of its words.
  private static let stopped = Reply(code: 535, text: [UInt8]("sign-in refused".utf8))

  /// When the last message will have left: by the limits in force, as fast as receivers take them,
  /// and at the speed of now.
  private func estimate(
    _ counts: CampaignCounts, rate: Double?, _ holdUps: [Dispatcher.HoldUp]
  ) -> Timestamp? {
    let left = counts[.queued] + counts[.deferred]
    let now = allowance.now()
    var latest = allowance.departure(ofLast: left)
    for case .receiver(_, let waiting, let slowness) in holdUps {
      switch slowness {
      case .rate(let perSecond) where perSecond > 0:
        latest = max(latest, now + Self.seconds(Double(waiting) / perSecond))
      case .blocked(let until, let perSecond):
        latest = max(latest, until + Self.seconds(perSecond > 0 ? Double(waiting) / perSecond : 0))
      case .rate, .answers: break
      }
    }
    guard let rate, rate > 0 else { return latest > now ? latest : nil }
    return max(latest, now + Self.seconds(Double(left + counts[.sending]) / rate))
  }

  private static func seconds(_ count: Double) -> Duration {
    .milliseconds(Int64(min(1e9, count) * 1_000))
  }

  private func sentence(_ holdUps: [Dispatcher.HoldUp], _ counts: CampaignCounts) -> String? {
    SlowReason(endpoint: endpoint, counts: counts, now: .now()).sentence(holdUps)
  }
}
