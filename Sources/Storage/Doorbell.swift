import Locking

/// Wakes whoever waits for a change: a job, a campaign's state, figures on a page.
///
/// A ring says only that something may be new; who wakes looks for themselves. To miss nothing,
/// one takes ``generation`` before looking and waits after that one.
public final class Doorbell: Sendable {
  private typealias Waiter = UnsafeContinuation<Void, Never>

  private struct State: Sendable {
    var generation = 0
    var lastTicket = 0
    /// Those who wait, by their tickets.
    var waiting: [Int: Waiter] = [:]
  }

  private let state = Lock(State())
  /// Longer waits are cut to this.
  private static let longest = Duration.seconds(24 * 3_600)

  public init() {}

  /// How often it has rung.
  public var generation: Int { state.withLock { $0.generation } }

  /// Wakes everyone who waits; costs next to nothing when nobody does.
  public func ring() {
    let woken: [Int: Waiter] = state.withLock { state in
      state.generation &+= 1
      guard !state.waiting.isEmpty else { return [:] }
      defer { state.waiting = [:] }
      return state.waiting
    }
    for waiter in woken.values { waiter.resume() }
  }

  /// Returns after the next ring, after `limit`, or when the task is cancelled.
  public func wait(upTo limit: Duration) async {
    await wait(after: generation, upTo: limit)
  }

  /// Returns at once if it has rung since `generation`, else after the next ring, after `limit`,
  /// or when the task is cancelled.
  ///
  /// - Returns: The generation to wait after next time.
  @discardableResult
  public func wait(after generation: Int, upTo limit: Duration) async -> Int {
    guard limit > .zero else { return self.generation }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.ringing(after: generation) }
      group.addTask { try? await Task.sleep(for: min(limit, Self.longest)) }
      await group.next()
      group.cancelAll()
    }
    return self.generation
  }

  private func ringing(after generation: Int) async {
    let ticket = state.withLock { state in
      state.lastTicket &+= 1
      return state.lastTicket
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { (waiter: Waiter) in
        let mayWait = state.withLock { state in
          // Asked under the lock: a cancellation before now is seen here, a later one finds the
          // waiter in its place.
          guard state.generation == generation, !Task.isCancelled else { return false }
          state.waiting[ticket] = waiter
          return true
        }
        if !mayWait { waiter.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiting.removeValue(forKey: ticket) }
      waiter?.resume()
    }
  }
}
