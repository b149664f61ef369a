import Foundation
import HTTP
import Locking
import Testing

@Suite struct ServerStopTests {
  @Test func `stopping under load cuts no answer`() async throws {
    let (arrivals, arrive) = AsyncStream<Void>.makeStream()
    var router = Router.forTesting
    router.on(.get, "/work") { _ in
      arrive.yield()
      for _ in 0..<20 { await Task.yield() }
      return .text(String(repeating: "w", count: 10_000))
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    async let broken = withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { try await onThread { try Self.load(port) } } }
      return try await group.reduce(0, +)
    }
    var seen = 0
    for await _ in arrivals {
      seen += 1
      if seen == 200 { break }
    }
    await server.stop(within: .seconds(10))
    #expect(try await broken == 0)
    #expect(server.inFlight == 0)
  }

  /// Asks until the server is gone.
  ///
  /// - Returns: How many answers began and did not end.
  private static func load(_ port: UInt16) throws -> Int {
    var broken = 0
    while let client = try? RawClient(port: port) {
      var asked = 0
      while client.send("GET /work HTTP/1.1\r\nHost: x\r\n\r\n") {
        asked += 1
        guard let head = client.readUntil("\r\n\r\n") else { break }
        guard head.hasPrefix("HTTP/1.1 200") else { break }
        guard client.readUntil(String(repeating: "w", count: 10_000)) != nil else {
          broken += 1
          break
        }
      }
      if asked == 0 { break }
    }
    return broken
  }

  @Test func `event streams end whole, though their handlers were interrupted`() async throws {
    let (arrivals, arrive) = AsyncStream<Void>.makeStream()
    var router = Router()
    router.on(.get, "/events") { _ in
      .events { stream in
        try stream.send(ServerEvent(data: "here"))
        arrive.yield()
        let (forever, end) = AsyncStream<Void>.makeStream()
        await withTaskCancellationHandler {
          for await _ in forever {}
        } onCancel: {
          end.finish()
        }
        try Task.checkCancellation()
      }
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    let clients = try await onThread {
      let clients = try (0..<20).map { _ in try RawClient(port: port) }
      for client in clients { client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n") }
      return clients
    }
    var seen = 0
    for await _ in arrivals {
      seen += 1
      if seen == clients.count { break }
    }
    await server.stop(within: .seconds(10))
    let all = try await onThread { clients.map { $0.readToEnd() } }
    for text in all {
      #expect(text.contains("data: here"))
      #expect(text.hasSuffix("\r\n0\r\n\r\n"))
    }
  }

  @Test func `what does not finish in time is told so`() async throws {
    let (arrivals, arrive) = AsyncStream<Void>.makeStream()
    var router = Router()
    router.on(.get, "/stuck") { _ in
      arrive.yield()
      let (forever, end) = AsyncStream<Void>.makeStream()
      await withTaskCancellationHandler {
        for await _ in forever {}
      } onCancel: {
        end.finish()
      }
      return .text("too late")
    }
    router.on(.post, "/stuck", bodyLimit: 1 << 20) { request in
      arrive.yield()
      _ = try await request.body.collect(upTo: 1 << 20)
      return .text("")
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    let clients = try await onThread {
      let asking = try RawClient(port: port)
      asking.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n")
      let sending = try RawClient(port: port)
      sending.send("POST /stuck HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
      return [asking, sending]
    }
    var seen = 0
    for await _ in arrivals {
      seen += 1
      if seen == 2 { break }
    }
    await server.stop(within: .milliseconds(1))
    let all = try await onThread { clients.map { $0.readToEnd() } }
    #expect(all[0].isEmpty || all[0].hasPrefix("HTTP/1.1 503"))
    #expect(server.inFlight == 0)
    await server.stop(within: .seconds(1))
  }

  @Test func `a port in use is an error`() async throws {
    let first = try Server(.forTesting, Router.forTesting)
    var settings = ServerSettings.forTesting
    settings.port = first.port
    #expect(throws: ServerError.cannotListen(EADDRINUSE)) { try Server(settings, Router()) }
    await first.stop(within: .seconds(1))
  }
}
