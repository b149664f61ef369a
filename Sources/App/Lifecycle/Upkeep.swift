import Model
import Octets
import Storage
import Telemetry

/// Throws away what nobody needs any more: ended sessions, used links, old tries, removed lists.
struct Upkeep: Sendable {
  let store: Store
  let log: Log
  private static let pause = Duration.seconds(300)

  /// Goes round until it is cancelled.
  func run() async {
    repeat {
      do throws(StoreError) {
        let now = Timestamp.now()
        try await store.sessions.sweep(now: now)
        try await store.links.sweep(now: now)
        try await store.accessTries.sweep(before: now + (.zero - SignInRule.window))
        try await store.audiences.sweep()
      } catch {
        // The next round tries again.
        log.warning("upkeep was put off", ["reason": .text("\(error)")])
      }
    } while (try? await Task.sleep(for: Self.pause)) != nil
  }
}
