import Foundation
import HTTP
import Locking
import Testing

@Suite struct ServerEventTests {
  /// Counts open streams and tells when the last has gone.
  private final class Census: Sendable {
    private let count = Lock(0)
    let (changes, change) = AsyncStream<Int>.makeStream()

    func add(_ number: Int) {
      change.yield(
        count.withLock { count in
          count += number
          return count
        })
    }

    func wait(for number: Int) async {
      for await count in changes where count == number { return }
    }
  }

  private func router(_ census: Census) -> Router {
    var router = Router.forTesting
    router.on(.get, "/events") { _ in
      .events { stream in
        census.add(1)
        defer { census.add(-1) }
        try stream.send(ServerEvent("progress", id: "1", data: "{}"))
        let (forever, end) = AsyncStream<Void>.makeStream()
        await withTaskCancellationHandler {
          for await _ in forever {}
        } onCancel: {
          end.finish()
        }
      }
    }
    return router
  }

  @Test func `100 clients that vanish leave nothing behind`() async throws {
    let census = Census()
    var settings = ServerSettings.forTesting
    settings.heartbeat = .milliseconds(20)
    let server = try Server(settings, router(census))
    let port = server.port
    try await onThread {
      var clients: [RawClient] = []
      for _ in 0..<100 {
        let client = try RawClient(port: port)
        client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(client)
      }
      for client in clients {
        #expect(client.readUntil("event: progress\nid: 1\ndata: {}\n\n") != nil)
      }
      #expect(server.inFlight == 100)
      // All sockets close here.
    }
    await census.wait(for: 0)
    let status = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
      return client.readAnswer()?.status
    }
    #expect(status == 200)
    await server.stop(within: .seconds(5))
    #expect(server.inFlight == 0)
  }

  @Test func `a silent stream gets comments`() async throws {
    var settings = ServerSettings.forTesting
    settings.heartbeat = .milliseconds(20)
    let server = try Server(settings, router(Census()))
    let port = server.port
    let beats = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
      return [client.readUntil(":\n\n"), client.readUntil(":\n\n")]
    }
    #expect(beats.allSatisfy { $0 != nil })
    await server.stop(within: .seconds(5))
  }

  @Test func `a client that does not read is dropped`() async throws {
    let (drops, dropped) = AsyncStream<Void>.makeStream()
    var router = Router()
    router.on(.get, "/flood") { _ in
      .events { stream in
        defer { dropped.yield() }
        let data = String(repeating: "a", count: 1_000)
        while true {
          try stream.send(ServerEvent(data: data))
          await Task.yield()
        }
      }
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    let client = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
      return client
    }
    for await _ in drops { break }
    _ = try await onThread { client.readToEnd() }
    await server.stop(within: .seconds(5))
    #expect(server.inFlight == 0)
  }

  @Test func `stopping ends event streams properly`() async throws {
    let server = try Server(.forTesting, router(Census()))
    let port = server.port
    let client = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = client.readUntil("data: {}\n\n")
      return client
    }
    await server.stop(within: .seconds(5))
    // The last chunk has no length: the stream ended, it was not cut.
    #expect(try await onThread { client.readToEnd() }.hasSuffix("0\r\n\r\n"))
  }
}
