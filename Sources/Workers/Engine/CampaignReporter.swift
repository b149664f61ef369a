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
    until moment: Timestamp?, because holdUp: Dispatcher.HoldUp?
  ) async throws(StoreError) {
    guard let progress = try await store.campaigns.progress(key), progress.state == .sending else {
      return
    }
    var pace = CampaignPace(slowReason: holdUp.map { sentence($0, progress.counts) })
    if case .unreachable = holdUp {
      // Nobody knows.
    } else {
      pace.finishEstimate = estimate(progress.counts, rate: nil)
      if let moment { pace.finishEstimate = max(moment, pace.finishEstimate ?? moment) }
    }
    try await store.campaigns.setPace(pace, of: key)
  }

  private func pace(
    _ speed: inout Speedometer, _ dispatcher: Dispatcher
  ) async throws(StoreError) -> CampaignPace? {
    try await followSender(dispatcher)
    let holdUp = dispatcher.holdUp
    guard let progress = try await store.campaigns.progress(key), progress.state == .sending else {
      return nil
    }
    speed.note(progress.counts.processed, now: .now())
    return CampaignPace(
      rate: speed.rate, finishEstimate: estimate(progress.counts, rate: speed.rate),
      slowReason: holdUp.map { sentence($0, progress.counts) })
  }

  /// Limits may be changed while a campaign is under way, and another campaign may learn that the
  /// sender's password is wrong.
  private func followSender(_ dispatcher: Dispatcher) async throws(StoreError) {
    guard let sender = try await store.senders.find(sender, in: key.workspace),
      let workspace = try await store.workspaces.find(key.workspace)
    else { return }
    if sender.refusal != nil { dispatcher.fail(.wrongCredentials(Self.stopped)) }
    allowance.limit(sender: sender.messagesPerHour, workspace: workspace.messagesPerHour)
  }

  /// What the server has told another, in place of its words.
  private static let stopped = Reply(code: 535, text: [UInt8]("sign-in refused".utf8))

  /// When the last message will have left: by the limits in force, and at the speed of now.
  private func estimate(_ counts: CampaignCounts, rate: Double?) -> Timestamp? {
    let left = counts[.queued] + counts[.deferred]
    let limited = allowance.departure(ofLast: left)
    let now = allowance.now()
    guard let rate, rate > 0 else { return limited > now ? limited : nil }
    let seconds = min(1e9, Double(left + counts[.sending]) / rate)
    return max(limited, now + .milliseconds(Int64(seconds * 1_000)))
  }

  private func sentence(_ holdUp: Dispatcher.HoldUp, _ counts: CampaignCounts) -> String {
    switch holdUp {
    case .limit(.sender(let limit)):
      return "Limited to \(Self.messages(limit)) an hour by the sender’s setting."
    case .limit(.workspace(let limit)):
      return "Limited to \(Self.messages(limit)) an hour by the workspace’s setting."
    case .unreachable(let error):
      return SenderAdvice.sentence(error, for: endpoint, on: .page)
        + " It is tried again and again."
    case .deferred:
      let count = counts[.deferred]
      return count == 1
        ? "One message could not be handed over yet; it is tried again later."
        : "\(count) messages could not be handed over yet; they are tried again later."
    }
  }

  private static func messages(_ count: Int) -> String {
    count == 1 ? "1 message" : "\(count) messages"
  }
}
