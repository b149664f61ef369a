package import Model
import Octets
package import Storage

/// Freezes a campaign's audience: one delivery per recipient, exclusions with their reason.
package struct Planner: Sendable {
  private let store: Store
  private let crash: CrashPlan
  /// Rows a transaction: about 20 ms, so that the ledgers of other campaigns never wait long.
  private static let chunk = 2_000

  package init(store: Store, crash: CrashPlan = .none) {
    self.store = store
    self.crash = crash
  }

  /// Plans what is missing and moves the campaign from *preparing* to *sending*.
  ///
  /// A planner that was killed goes on behind the last chunk.
  package func run(_ campaign: Campaign) async throws(StoreError) {
    while try await store.deliveries.planNext(Self.chunk, of: campaign) > 0 {
      crash.reached(.planChunk)
    }
    _ = try await store.campaigns.move(campaign.key, to: .sending, now: .now())
  }
}
