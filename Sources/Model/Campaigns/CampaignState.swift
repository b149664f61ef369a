/// Where a campaign is in its life; see `docs/delivery-states.md`.
public enum CampaignState: String, Sendable, CaseIterable {
  case draft
  case awaitingApproval = "awaiting_approval"
  case scheduled
  /// The audience is being frozen.
  case preparing
  case sending
  case paused
  /// Restored from a backup: nothing leaves until someone says so.
  case held
  case sent
  case failed
  case cancelled

  /// A move that the rules do not allow, such as pausing what has ended.
  public struct IllegalMove: Error, Equatable, CustomStringConvertible {
    public let from: CampaignState
    public let to: CampaignState

    public var description: String {
      "a campaign that is \(from.rawValue) cannot become \(to.rawValue)"
    }
  }

  /// The states that may follow this one.
  public var next: Set<CampaignState> {
    switch self {
    case .draft: [.awaitingApproval, .scheduled, .preparing, .cancelled]
    case .awaitingApproval: [.draft, .scheduled, .cancelled]
    case .scheduled: [.draft, .preparing, .cancelled]
    case .preparing: [.sending, .paused, .failed, .cancelled]
    case .sending: [.paused, .held, .sent, .failed, .cancelled]
    case .paused: [.sending, .preparing, .held, .cancelled]
    case .held: [.sending, .preparing, .cancelled]
    // Retrying unknown or failed deliveries brings a campaign back to life.
    case .sent: [.sending]
    case .failed: [.sending, .preparing, .cancelled]
    case .cancelled: []
    }
  }

  /// This state's successor.
  ///
  /// - Throws: ``IllegalMove`` when the rules do not allow it.
  public func moved(to state: CampaignState) throws(IllegalMove) -> CampaignState {
    guard next.contains(state) else { throw IllegalMove(from: self, to: state) }
    return state
  }

  public var isFinal: Bool { self == .sent || self == .failed || self == .cancelled }
}
