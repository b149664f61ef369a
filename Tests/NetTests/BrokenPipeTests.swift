import Glibc
import Net
import Testing

/// Writing to a peer that is gone is an error, not a signal that ends the program.
@Suite struct BrokenPipeTests {
  @Test func `in the clear`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_DFL)
      let error = try await onEventLoop { loop in
        let ends = try await Loopback(on: loop)
        ends.server.close()
        return await netError { () throws(NetError) in
          for _ in 0..<100 { try await ends.client.write([1], stallingAtMost: .seconds(20)) }
        }
      }
      #expect(error == .closed)
    }
  }

  @Test func `under TLS`() async {
    // OpenSSL's own write takes no MSG_NOSIGNAL.
    do {
      await #expect(processExitsWith: .success) {
        signal(SIGPIPE, SIG_DFL)
        try await onEventLoop { loop in
          let ends = try await Loopback(on: loop)
          ends.server.close()
          for _ in 0..<2 {
            _ = await netError { () throws(NetError) in
              try await ends.client.startTLS(
                as: try .unverifiedClient(), host: "localhost", by: .after(.seconds(20)))
            }
          }
        }
      }
    }
  }
}
