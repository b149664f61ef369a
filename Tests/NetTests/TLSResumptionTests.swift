import Foundation
import Net
import Testing

/// A second connection to a host goes on from the first.
@Suite struct TLSResumptionTests {
  init() { signal(SIGPIPE, SIG_IGN) }

  /// Shakes hands, lets the client read a word, and says whether that went on from earlier.
  ///
  /// Without `word` the connection ends before the server's ticket could be read.
  private static func isResumed(
    host: String = "mail.example", _ client: TLSContext, _ server: TLSContext,
    word: String? = "220 hello\r\n", keeping kept: inout [SendableStream], on loop: EventLoop
  ) async throws -> Bool {
    let ends = try await Loopback(on: loop)
    let serving = SendableStream(ends.server)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop) {
        try await serving.stream.acceptTLS(as: server, by: .after(.seconds(20)))
        if let word {
          try await serving.stream.write(Array(word.utf8), stallingAtMost: .seconds(20))
        }
      }
      try await ends.client.startTLS(as: client, host: host, by: .after(.seconds(20)))
      if let word { _ = try await ends.client.read(word.utf8.count) }
      try await group.waitForAll()
      kept += [SendableStream(ends.client), serving]
      return ends.client.isResumed
    }
  }

  @Test func `the second handshake resumes, beside the first and after it`() async throws {
    let resumed = try await onEventLoop { loop in
      let client = try TLSContext.unverifiedClient()
      let server = try TLSContext.selfSignedServer(host: "mail.example")
      var kept: [SendableStream] = []
      var resumed: [Bool] = []
      for round in 0..<6 {
        resumed.append(try await Self.isResumed(client, server, keeping: &kept, on: loop))
        guard round > 2 else { continue }
        for stream in kept { stream.stream.close() }
        kept = []
      }
      return resumed
    }
    #expect(resumed == [false, true, true, true, true, true])
  }

  @Test func `another host, another context and another server begin anew`() async throws {
    let resumed = try await onEventLoop { loop in
      let client = try TLSContext.unverifiedClient()
      let server = try TLSContext.selfSignedServer(host: "mail.example")
      var kept: [SendableStream] = []
      defer { for stream in kept { stream.stream.close() } }
      _ = try await Self.isResumed(client, server, keeping: &kept, on: loop)
      return [
        try await Self.isResumed(
          host: "other.example", client, server, keeping: &kept, on: loop),
        try await Self.isResumed(try .unverifiedClient(), server, keeping: &kept, on: loop),
        try await Self.isResumed(
          client, try .selfSignedServer(host: "mail.example"), keeping: &kept, on: loop),
      ]
    }
    #expect(resumed == [false, false, false])
  }

  @Test func `a connection that was cut leaves nothing to trip over`() async throws {
    let resumed = try await onEventLoop { loop in
      let client = try TLSContext.unverifiedClient()
      let server = try TLSContext.selfSignedServer(host: "mail.example")
      var resumed: [Bool] = []
      for _ in 0..<3 {
        var kept: [SendableStream] = []
        resumed.append(
          try await Self.isResumed(client, server, word: nil, keeping: &kept, on: loop))
        // The server is gone before the client says goodbye.
        for stream in kept.reversed() { stream.stream.close() }
      }
      return resumed.count
    }
    #expect(resumed == 3)
  }

  @Test func `hosts without end are not all kept in mind`() async throws {
    let isResumed = try await onEventLoop { loop in
      let client = try TLSContext.unverifiedClient()
      let server = try TLSContext.selfSignedServer(host: "mail.example")
      for number in 0..<520 {
        var kept: [SendableStream] = []
        _ = try await Self.isResumed(
          host: "\(number).example", client, server, keeping: &kept, on: loop)
        for stream in kept { stream.stream.close() }
      }
      var kept: [SendableStream] = []
      defer { for stream in kept { stream.stream.close() } }
      var resumed = 0
      for number in 0..<520
      where try await Self.isResumed(
        host: "\(number).example", client, server, keeping: &kept, on: loop)
      {
        resumed += 1
      }
      return resumed
    }
    #expect(1...500 ~= isResumed)
  }
}
