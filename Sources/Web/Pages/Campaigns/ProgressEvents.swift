import HTTP
import Locking
import Model
import Octets
import Storage

/// The live progress of a campaign as events (HTML §9.2).
///
/// Every event is the whole truth of its moment, read from the ledger's own counters; its id is
/// the campaign's stored revision. So a client that comes back with `Last-Event-ID` misses nothing
/// by being sent the newest state alone.
struct ProgressEvents: Sendable {
  let store: Store
  let key: CampaignKey
  let lookout: ProgressLookout
  let clock: @Sendable () -> Timestamp
  /// Whether the watcher's session has not been ended; asked now and then, for a stream may last
  /// for days.
  let isWelcome: @Sendable () async throws -> Bool
  var askEvery = Duration.seconds(30)

  /// The least time between two events: nobody reads faster.
  private static let pause = Duration.milliseconds(250)

  func answer(after lastID: String?) -> Response {
    let seen = lastID.flatMap { Int($0) } ?? -1
    return .events { stream in try await follow(stream, after: seen) }
  }

  private func follow(_ stream: EventStream, after seen: Int) async throws {
    var seen = seen
    var last: String?
    var asked = ContinuousClock.now
    while stream.isOpen {
      if .now - asked >= askEvery {
        guard try await isWelcome() else { return }
        asked = .now
      }
      let generation = store.doorbell.generation
      guard let progress = try await lookout.look(at: key, in: store) else { return }
      let json = ProgressJSON(progress, now: clock()).text
      // The engine's figures of speed change without a new revision.
      if progress.revision > seen || (last != nil && json != last) || progress.state.isFinal {
        try stream.send(
          ServerEvent("progress", id: String(max(seen, progress.revision)), data: json))
        seen = max(seen, progress.revision)
      }
      last = json
      if progress.state.isFinal, progress.counts.isFinished {
        try stream.send(ServerEvent("end", id: String(seen), data: json))
        return
      }
      try await Task.sleep(for: Self.pause)
      _ = await store.doorbell.wait(after: generation, upTo: .seconds(1))
    }
  }
}

/// Looks at campaigns for many watchers at once: a thousand open pages are one question.
final class ProgressLookout: Sendable {
  private struct Sight: Sendable {
    let progress: CampaignProgress?
    let at: ContinuousClock.Instant
  }

  private let sights = Lock<[CampaignKey: Sight]>([:])
  private static let freshness = Duration.milliseconds(100)
  /// More campaigns than anybody watches at once; beyond, old sights are dropped.
  private static let most = 256

  func look(at key: CampaignKey, in store: Store) async throws -> CampaignProgress? {
    let now = ContinuousClock.now
    if let sight = sights.withLock({ $0[key] }), now - sight.at < Self.freshness,
      // An end is looked at anew each time: somebody may have just asked to send the rest.
      let progress = sight.progress, !progress.state.isFinal
    {
      return progress
    }
    let progress = try await store.campaigns.progress(key)
    sights.withLock { sights in
      if sights.count >= Self.most { sights = sights.filter { now - $0.value.at < .seconds(1) } }
      sights[key] = Sight(progress: progress, at: now)
    }
    return progress
  }
}
