import Storage

/// Waits a little for what the engine is about to do, so that an answer can show it at once.
enum Waiting {
  /// Asks again after each ring of the doorbell until there is a result or time is up.
  static func result<Result: Sendable>(
    in store: Store, upTo limit: Duration, _ look: () async throws -> Result?
  ) async throws -> Result? {
    let end = ContinuousClock.now + limit
    while true {
      let generation = store.doorbell.generation
      if let result = try await look() { return result }
      let left = end - .now
      guard left > .zero, !Task.isCancelled else { return nil }
      await store.doorbell.wait(after: generation, upTo: left)
    }
  }
}
