import Glibc
import Net
import Testing

/// Octets over a connection, and its end.
@Suite struct StreamTests {
  @Test func `megabytes arrive as they were sent`() async throws {
    let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
    let received = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      let sending = SendableStream(ends.client)
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(executorPreference: loop) {
          try await sending.stream.write(sent, stallingAtMost: .seconds(20))
          sending.stream.close()
        }
        let received = try await ends.server.readToEnd()
        try await group.waitForAll()
        return received
      }
    }
    #expect(received.count == sent.count)
    // Not inside the macro, which would describe each of a million octets.
    let isSame = received == sent
    #expect(isSame)
  }

  @Test func `no more is read than was asked for`() async throws {
    let pieces = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      try await ends.client.write([1, 2, 3, 4, 5], stallingAtMost: .seconds(20))
      ends.client.close()
      var pieces: [[UInt8]] = []
      while true {
        var piece: [UInt8] = []
        guard try await ends.server.read(into: &piece, atMost: 2, by: .after(.seconds(20))) > 0
        else { return pieces }
        pieces.append(piece)
      }
    }
    #expect(pieces == [[1, 2], [3, 4], [5]])
  }

  @Test func `both sides have names`() async throws {
    let (peer, name, isEncrypted) = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      return (ends.client.peer, ends.client.localName, ends.client.isEncrypted)
    }
    #expect(peer.hasPrefix("127.0.0.1:"))
    #expect(name == "[127.0.0.1]")
    #expect(!isEncrypted)
  }

  @Test func `a peer that goes ends the stream`() async throws {
    let count = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      ends.server.close()
      var octets: [UInt8] = []
      return try await ends.client.read(into: &octets, by: .after(.seconds(20)))
    }
    #expect(count == 0)
  }

  @Test func `a reset closes for reader and writer, and is no signal`() async throws {
    let (reading, writing) = try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      var peer: RawSocket? = RawSocket.connecting(to: listener.port)
      let stream = try #require(await listener.acceptDescriptor()?.stream(on: loop))
      peer?.resetWhenClosed()
      peer = nil
      let reading = await netError { () throws(NetError) in _ = try await stream.read(1) }
      let writing = await netError { () throws(NetError) in
        try await stream.write([1], stallingAtMost: .seconds(20))
      }
      return (reading, writing)
    }
    #expect(reading == .closed)
    #expect(writing == .closed)
  }

  @Test func `closing a stream wakes who waits for it`() async throws {
    let error = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      let handle = StreamHandle(ends.client, on: loop)
      handle.close()
      return await netError { () throws(NetError) in
        var octets: [UInt8] = []
        _ = try await ends.client.read(into: &octets, by: .never)
      }
    }
    #expect(error != nil)
    do {
      #expect(error == .closed)
    }
  }

  @Test func `closing a listener wakes who waits for a client`() async throws {
    let isOver = try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      ListenerHandle(listener, on: loop).close()
      return await listener.acceptDescriptor() == nil
    }
    #expect(isOver)
  }

  @Test func `a closed stream never touches the descriptor's next owner`() async {
    // A message that goes on after a close from elsewhere would be written into whatever
    // connection was opened since.
    do {
      await #expect(processExitsWith: .exitCode(0)) {
        let leaked = try await onEventLoop { loop in
          let ends = try await Loopback(on: loop)
          ends.client.close()
          var pair: [Int32] = [-1, -1]
          socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
          let late = ends.client
          _ = await netError { () throws(NetError) in
            try await late.write([0x41], stallingAtMost: .seconds(20))
          }
          var octet: UInt8 = 0
          return pair.contains { recv($0, &octet, 1, Int32(MSG_DONTWAIT)) > 0 }
        }
        exit(leaked ? 1 : 0)
      }
    }
  }
}

/// Lends a stream to a second task of the same loop.
struct SendableStream: @unchecked Sendable {
  // Safe: both tasks run on the stream's own loop.
  let stream: Stream

  init(_ stream: Stream) { self.stream = stream }
}
