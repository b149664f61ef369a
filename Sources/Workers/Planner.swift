public import Model
import Octets
public import Storage

/// Freezes a campaign's audience: one delivery per recipient, exclusions with their reason.
public struct Planner: Sendable {
  private let store: Store
  private let crash: CrashPlan
  /// Rows a transaction: about 20 ms, so that the ledgers of other campaigns never wait long.
  private static let chunk = 2_000

  private let stop: StopSign?

  public init(store: Store, crash: CrashPlan = .none, stop: StopSign? = nil) {
    self.store = store
    self.crash = crash
    self.stop = stop
  }

  /// Plans what is missing and moves the campaign from *preparing* to *sending*.
  ///
  /// A planner that was killed or stopped goes on behind the last chunk.
  public func run(_ campaign: Campaign) async throws(StoreError) {
    while stop?.isRaised != true {
      guard try await store.deliveries.planNext(Self.chunk, of: campaign) > 0 else {
        try await store.campaigns.beginSending(campaign.key, now: .now())
        return
      }
      crash.reached(.planChunk)
    }
  }
}
