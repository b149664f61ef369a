import Net
import Testing

/// Finding a host and reaching it.
@Suite struct ConnectTests {
  @Test(arguments: [
    ("127.0.0.1", UInt16(25), "127.0.0.1:25"), ("::1", 587, "[::1]:587"),
    ("255.1.2.3", 65_535, "255.1.2.3:65535"),
  ])
  func `an address needs no resolver`(host: String, port: UInt16, text: String) async throws {
    let addresses = try await SocketAddress.resolve(host: host, port: port)
    #expect(addresses.map(\.description) == [text])
  }

  @Test(arguments: [
    "", "a name with spaces", "a..b", "1.2.3.4.5", String(repeating: "a", count: 300),
  ])
  func `a name that cannot be has no address`(host: String) async {
    let error = await netError { () throws(NetError) in
      _ = try await SocketAddress.resolve(host: host, port: 25)
    }
    guard case .unresolvable(host, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func `nobody there is a refusal`() async throws {
    let (socket, port) = RawSocket.bound()
    let error = try await onEventLoop { loop in
      await netError { () throws(NetError) in
        _ = try await Loopback.connect(to: port, on: loop)
      }
    }
    #expect(error == .refused)
    withExtendedLifetime(socket) {}
  }

  @Test func `no addresses are a refusal`() async throws {
    let error = try await onEventLoop { loop in
      await netError { () throws(NetError) in
        _ = try await Stream.connect(toAnyOf: [], patience: .seconds(20), on: loop)
      }
    }
    #expect(error == .refused)
  }

  @Test func `the second address is tried when the first refuses`() async throws {
    let (socket, deadPort) = RawSocket.bound()
    let (peer, port) = try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      let addresses = [
        try await Loopback.address(port: deadPort),
        try await Loopback.address(port: listener.port),
      ]
      let stream = try await Stream.connect(
        toAnyOf: addresses, patience: .seconds(20), on: loop)
      return (stream.peer, listener.port)
    }
    #expect(peer == "127.0.0.1:\(port)")
    withExtendedLifetime(socket) {}
  }

  @Test func `a host that does not answer is given up`() async throws {
    // Once its queue is full, a listener that accepts nobody lets further calls go unanswered.
    let (socket, port) = RawSocket.bound(backlog: 0)
    let queue = (0..<8).map { _ in RawSocket.connecting(to: port) }
    let error = try await onEventLoop { loop in
      await netError { () throws(NetError) in
        _ = try await Loopback.connect(to: port, patience: .milliseconds(100), on: loop)
      }
    }
    #expect(error == .timedOut)
    withExtendedLifetime((socket, queue)) {}
  }

  @Test func `a port in use cannot be listened at`() async throws {
    let (socket, port) = RawSocket.bound(backlog: 1)
    let error = try await onEventLoop { loop in
      let address = try await Loopback.address(port: port)
      return await netError { () throws(NetError) in _ = try Listener(at: address, on: loop) }
    }
    guard case .system(_, let doing) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(doing == "listening at 127.0.0.1:\(port)")
    withExtendedLifetime(socket) {}
  }
}
