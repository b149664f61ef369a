import Net
import Testing

/// How a connection ends, and a port at which nobody is served.
@Suite struct EndingTests {
  @Test func `a reset is seen as one, and what was written before is still read`() async throws {
    let (octets, error) = try await onEventLoop { loop in
      let pair = try await Loopback(on: loop)
      try await pair.server.write([1, 2, 3], stallingAtMost: .seconds(20))
      pair.server.reset()
      pair.server.reset()
      let octets = try await pair.client.read(3)
      let error = await netError { () throws(NetError) in _ = try await pair.client.read(1) }
      return (octets, error)
    }
    #expect(octets == [1, 2, 3])
    #expect(error == .closed)
  }

  @Test(arguments: [true, false])
  func `a gentle end is no reset, whatever is still unread`(saysGoodbye: Bool) async throws {
    let octets = try await onEventLoop { loop in
      let pair = try await Loopback(on: loop)
      try await pair.client.write(
        [UInt8](repeating: 7, count: 100_000), stallingAtMost: .seconds(20))
      try await pair.server.write([1, 2, 3], stallingAtMost: .seconds(20))
      await pair.server.closeGently(by: .after(.milliseconds(50)), saysGoodbye: saysGoodbye)
      let octets = try await pair.client.readToEnd()
      pair.client.close()
      return octets
    }
    #expect(octets == [1, 2, 3])
  }

  @Test func `a gentle end does not wait for ever`() async throws {
    let count = try await onEventLoop { loop in
      let pair = try await Loopback(on: loop)
      await pair.server.closeGently(by: .after(.milliseconds(50)))
      await pair.server.closeGently(by: .after(.seconds(20)))
      return try await pair.client.readToEnd().count
    }
    #expect(count == 0)
  }

  @Test(arguments: [(PortOutage.Kind.closed, NetError.refused), (.silent, .timedOut)])
  func `a held port serves nobody, and is free afterwards`(
    kind: PortOutage.Kind, error: NetError
  ) async throws {
    let found = try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      let address = try await Loopback.address().at(port: listener.port)
      let port = listener.port
      listener.close()
      var held: HeldPort? = try HeldPort(at: address, kind)
      #expect(held != nil)
      let found = await netError { () throws(NetError) in
        _ = try await Loopback.connect(to: port, patience: .milliseconds(150), on: loop)
      }
      held = nil
      let again = try Listener(at: address, on: loop)
      let stream = try await Loopback.connect(to: port, on: loop)
      stream.close()
      again.close()
      return found
    }
    #expect(found == error)
  }

  @Test func `a port that is taken cannot be held`() async throws {
    let error = try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      defer { listener.close() }
      let address = try await Loopback.address().at(port: listener.port)
      return await netError { () throws(NetError) in _ = try HeldPort(at: address, .closed) }
    }
    guard case .system = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["192.0.2.7", "2001:db8::7"])
  func `an address keeps its host at another port`(host: String) async throws {
    let other = try await SocketAddress.resolve(host: host, port: 25)[0].at(port: 52_525)
    #expect(try await SocketAddress.resolve(host: host, port: 52_525)[0] == other)
  }

  @Test func `a server that hardly reads is felt soon`() async throws {
    let (error, written) = try await onEventLoop { loop in
      let pair = try await Loopback(on: loop)
      pair.server.keepReceiveWindowSmall()
      var written = 0
      var error: NetError?
      do throws(NetError) {
        try await pair.client.write(
          [UInt8](repeating: 7, count: 16 << 20), written: &written,
          stallingAtMost: .milliseconds(200))
      } catch let thrown {
        error = thrown
      }
      return (error, written)
    }
    #expect(error == .timedOut)
    #expect(written < 16 << 20)
  }
}
