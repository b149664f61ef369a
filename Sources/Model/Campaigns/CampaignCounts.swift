/// How many deliveries of a campaign are in each state.
///
/// The numbers that pages, API and reports show; the ledger changes them in the same transaction
/// as the rows.
package struct CampaignCounts: Sendable, Equatable {
  private var byState: [Int]

  package init() { byState = [Int](repeating: 0, count: DeliveryState.allCases.count) }

  package subscript(state: DeliveryState) -> Int {
    get { byState[state.rawValue] }
    set { byState[state.rawValue] = newValue }
  }

  /// All recipients, those left out included.
  package var total: Int { byState.reduce(0, +) }

  /// How many have reached a final state.
  package var processed: Int {
    DeliveryState.allCases.filter(\.isFinal).reduce(0) { $0 + self[$1] }
  }

  package var isFinished: Bool { processed == total }
}
