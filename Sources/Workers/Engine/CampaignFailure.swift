public import Model
public import Octets
public import Storage

/// A campaign that cannot go on before someone changes something.
public struct CampaignFailure: Error, Sendable {
  /// What is wrong, in plain words.
  public let sentence: String

  public init(_ sentence: String) { self.sentence = sentence }

  /// Ends the campaign as *failed*, and what has not been sent as *cancelled*.
  ///
  /// The state goes first: after a crash in between, the engine ends the rest by itself
  /// (``endRest(of:in:now:)``).
  public func end(
    _ key: CampaignKey, in store: Store, now: Timestamp
  ) async throws(StoreError) {
    guard
      try await store.campaigns.move(key, to: .failed, failure: sentence, now: now) != nil
    else { return }
    try await Self.endUnsent(of: key, because: sentence, in: store, now: now)
  }

  /// Ends what is left unsent of a campaign that has failed or was cancelled.
  static func endRest(
    of key: CampaignKey, in store: Store, now: Timestamp
  ) async throws(StoreError) {
    guard let progress = try await store.campaigns.progress(key) else { return }
    switch progress.state {
    case .failed: try await endUnsent(of: key, because: progress.failure, in: store, now: now)
    case .cancelled:
      try await store.deliveries.endUnsent(
        of: key, as: .cancelled, reason: "the campaign was cancelled", now: now)
    default: return
    }
  }

  private static func endUnsent(
    of key: CampaignKey, because failure: String?, in store: Store, now: Timestamp
  ) async throws(StoreError) {
    try await store.deliveries.endUnsent(
      of: key, as: .cancelled, reason: "not sent: \(failure ?? "the campaign failed")", now: now)
  }
}
