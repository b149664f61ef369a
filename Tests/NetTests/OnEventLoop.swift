import Net

/// Runs `body` as a task of a new event loop, and ends the loop.
func onEventLoop<Result: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
  let loop = try EventLoop(name: "test")
  let result = await Task(executorPreference: loop) { try await body(loop) }.result
  loop.stop()
  return try result.get()
}

/// The error that `body` ends with, `nil` when it does not.
func netError(_ body: () async throws(NetError) -> Void) async -> NetError? {
  do throws(NetError) {
    try await body()
    return nil
  } catch {
    return error
  }
}
