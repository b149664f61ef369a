import Net
import Testing

/// Every wait ends.
@Suite struct DeadlineTests {
  @Test(arguments: [Duration.milliseconds(30), .zero, .seconds(-5)])
  func `a read ends at its deadline`(patience: Duration) async throws {
    let error = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      return await netError { () throws(NetError) in
        var octets: [UInt8] = []
        _ = try await ends.client.read(into: &octets, by: .after(patience))
      }
    }
    #expect(error == .timedOut)
  }

  @Test func `what came before the deadline is not lost by it`() async throws {
    let octets = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      var octets: [UInt8] = []
      _ = await netError { () throws(NetError) in
        _ = try await ends.client.read(into: &octets, by: .after(.milliseconds(1)))
      }
      try await ends.server.write([1, 2, 3], stallingAtMost: .seconds(20))
      return try await ends.client.read(3)
    }
    #expect(octets == [1, 2, 3])
  }

  @Test func `a write to a peer that does not read ends, and says how much went out`() async throws
  {
    let size = 64 << 20
    let (error, written) = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      var written = 0
      var failure: NetError?
      do throws(NetError) {
        try await ends.client.write(
          [UInt8](repeating: 0, count: size), written: &written, stallingAtMost: .milliseconds(50))
      } catch {
        failure = error
      }
      return (failure, written)
    }
    #expect(error == .timedOut)
    #expect(written > 0)
    #expect(written < size)
  }

  @Test func `a handshake with a silent peer ends`() async throws {
    let error = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      let context = try TLSContext.client()
      return await netError { () throws(NetError) in
        try await ends.client.startTLS(
          as: context, host: "localhost", by: .after(.milliseconds(30)))
      }
    }
    #expect(error == .timedOut)
  }

  @Test func `a wait for ever ends when there is something`() async throws {
    let octets = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      var octets: [UInt8] = []
      try await ends.server.write([7], stallingAtMost: .seconds(100))
      _ = try await ends.client.read(into: &octets, by: .never)
      return octets
    }
    #expect(octets == [7])
  }
}
