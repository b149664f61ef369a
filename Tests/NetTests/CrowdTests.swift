import Net
import Testing

/// Many connections at once, and what is left of them.
@Suite struct CrowdTests {
  @Test func `five hundred connections are served by one loop`() async throws {
    let count = try await onEventLoop { loop in try await Self.echoThroughAll(500, on: loop) }
    #expect(count == 500)
  }

  @Test func `connections leave no descriptors behind`() async {
    await #expect(processExitsWith: .success) {
      let (before, after) = try await onEventLoop { loop in
        _ = try await Self.echoThroughAll(3, on: loop)
        let before = OpenDescriptors.sockets
        #expect(try await Self.echoThroughAll(200, on: loop) == 200)
        let (_, deadPort) = RawSocket.bound()
        for _ in 0..<20 {
          let error = await netError { () throws(NetError) in
            _ = try await Loopback.connect(to: deadPort, on: loop)
          }
          #expect(error == .refused)
        }
        return (before, OpenDescriptors.sockets)
      }
      #expect(before > 0)
      #expect(after == before)
    }
  }

  /// Sends a number of its own over each of many connections that are open at the same time.
  ///
  /// - Returns: How many came back.
  private static func echoThroughAll(_ count: Int, on loop: EventLoop) async throws -> Int {
    let listener = try Listener(at: try await Loopback.address(), on: loop)
    let port = listener.port
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<count {
        group.addTask(executorPreference: loop) {
          let stream = try await Loopback.connect(to: port, on: loop)
          let sent = [UInt8](String(number + 100_000).utf8)
          try await stream.write(sent, stallingAtMost: .seconds(20))
          let isSame = try await stream.read(6) == sent
          stream.close()
          return isSame
        }
      }
      var servers: [Stream] = []
      while servers.count < count, let client = await listener.acceptDescriptor() {
        if let stream = client.stream(on: loop) { servers.append(stream) }
      }
      listener.close()
      for server in servers {
        try await server.write(try await server.read(6), stallingAtMost: .seconds(20))
        server.close()
      }
      var echoes = 0
      for try await isSame in group where isSame { echoes += 1 }
      return echoes
    }
  }
}
