public import Octets

/// How far a campaign is: what live pages ask several times a second.
public struct CampaignProgress: Sendable, Equatable {
  public let state: CampaignState
  public let failure: String?
  public let counts: CampaignCounts
  public let pace: CampaignPace
  /// Grows with every change of state or counts, across restarts too.
  public let revision: Int

  public init(
    state: CampaignState, failure: String?, counts: CampaignCounts, pace: CampaignPace,
    revision: Int
  ) {
    self.state = state
    self.failure = failure
    self.counts = counts
    self.pace = pace
    self.revision = revision
  }

  /// When the last message will have left, seen from `now`; `nil` when nobody can say.
  public func timeLeft(now: Timestamp) -> Duration? {
    guard !state.isFinal, let finish = pace.finishEstimate else { return nil }
    return finish > now ? finish - now : .zero
  }
}
