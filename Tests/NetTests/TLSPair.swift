import Net

/// A client and a server that try to agree on TLS.
enum TLSPair {
  /// What the client makes of it; `nil` when it is content.
  static func clientError(
    host: String, client: TLSContext, server: TLSContext, on loop: EventLoop
  ) async throws -> NetError? {
    let ends = try await Loopback(on: loop)
    let serving = SendableStream(ends.server)
    return await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop) {
        // A client that refuses us is not our failure.
        _ = await netError { () throws(NetError) in
          try await serving.stream.acceptTLS(as: server, by: .after(.seconds(20)))
        }
      }
      let error = await netError { () throws(NetError) in
        try await ends.client.startTLS(as: client, host: host, by: .after(.seconds(20)))
      }
      ends.client.close()
      await group.waitForAll()
      return error
    }
  }
}
