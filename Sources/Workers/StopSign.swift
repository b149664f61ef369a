import Locking

/// Asks work that goes on in steps to end after the step at hand.
public final class StopSign: Sendable {
  private struct State: Sendable {
    var isRaised = false
    var actions: [@Sendable () -> Void] = []
  }

  private let state = Lock(State())

  public init() {}

  public var isRaised: Bool { state.withLock { $0.isRaised } }

  public func raise() {
    let actions = state.withLock { state in
      state.isRaised = true
      defer { state.actions = [] }
      return state.actions
    }
    for action in actions { action() }
  }

  /// Does `action` once the sign is raised, at once if it is already.
  public func whenRaised(_ action: @escaping @Sendable () -> Void) {
    let isRaised = state.withLock { state in
      if !state.isRaised { state.actions.append(action) }
      return state.isRaised
    }
    if isRaised { action() }
  }

  /// Does work that ends by itself once the sign is raised, but waits no longer than `grace` after
  /// that: then the work's task is cancelled, which cuts its connections.
  ///
  /// - Returns: What the work returns; it is waited for in any case.
  public func cutting<Result: Sendable>(
    after grace: Duration, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        await self.raised()
        try? await Task.sleep(for: grace)
        return nil
      }
      var result: Result?
      while let ended = try await group.next() {
        result = ended ?? result
        group.cancelAll()
      }
      return result
    }
  }

  /// Returns once the sign is raised or the task is cancelled.
  private func raised() async {
    let (signs, sign) = AsyncStream.makeStream(of: Void.self)
    whenRaised { sign.finish() }
    for await _ in signs {}
  }
}
