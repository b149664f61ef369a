/// How many deliveries of a campaign are in each state.
///
/// The numbers that pages, API and reports show; the ledger changes them in the same transaction
/// as the rows.
public struct CampaignCounts: Sendable, Equatable {
  private var byState: [Int]

  public init() { byState = [Int](repeating: 0, count: DeliveryState.allCases.count) }

  public subscript(state: DeliveryState) -> Int {
    get { byState[state.rawValue] }
    set { byState[state.rawValue] = newValue }
  }

  /// All recipients, those left out included.
  public var total: Int { byState.reduce(0, +) }

  /// How many have reached a final state.
  public var processed: Int {
    DeliveryState.allCases.filter(\.isFinal).reduce(0) { $0 + self[$1] }
  }

  public var isFinished: Bool { processed == total }
}
