import Foundation
import HTTP
import Testing

@Suite struct ServerConversationTests {
  @Test func `a connection is kept for more requests`() async throws {
    let server = try Server(.forTesting, Router.forTesting)
    let port = server.port
    let answers = try await onThread {
      let client = try RawClient(port: port)
      return (0..<5).map { number in
        client.send("GET /echo/\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
        return client.readAnswer()?.body
      }
    }
    #expect(answers == ["0", "1", "2", "3", "4"])
    await server.stop(within: .seconds(5))
  }

  @Test func `pipelined requests are answered in order`() async throws {
    let server = try Server(.forTesting, Router.forTesting)
    let port = server.port
    let answers = try await onThread {
      let client = try RawClient(port: port)
      client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
          + "GET /echo/two HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n")
      return (0..<3).map { _ in client.readAnswer() }
    }
    #expect(answers.map { $0?.status } == [200, 200, 404])
    #expect(answers.prefix(2).map { $0?.body } == ["one", "two"])
    await server.stop(within: .seconds(5))
  }

  @Test func `a handler that waits holds up nobody else`() async throws {
    let (released, release) = AsyncStream<Void>.makeStream()
    var router = Router.forTesting
    router.on(.get, "/wait") { _ in
      for await _ in released { break }
      return .text("waited")
    }
    router.on(.post, "/release") { _ in
      release.yield()
      return .text("released")
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    let bodies = try await onThread {
      let waiting = try RawClient(port: port)
      waiting.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
      let other = try RawClient(port: port)
      other.send("POST /release HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
      return [other.readAnswer()?.body, waiting.readAnswer()?.body]
    }
    #expect(bodies == ["released", "waited"])
    await server.stop(within: .seconds(5))
  }

  @Test func `HEAD has the fields of GET and no body`() async throws {
    let answer = try await answer(
      to: "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n", hasBody: false)
    #expect(answer?.status == 200)
    #expect(answer?.field("Content-Length") == "5")
  }

  @Test func `a client that expects it is told to continue`() async throws {
    let server = try Server(.forTesting, Router.forTesting)
    let port = server.port
    let (interim, answer) = try await onThread {
      let client = try RawClient(port: port)
      client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
      let interim = client.readUntil("\r\n\r\n")
      client.send("ok")
      return (interim, client.readAnswer())
    }
    #expect(interim?.hasPrefix("HTTP/1.1 100") == true)
    #expect(answer?.body == "ok")
    await server.stop(within: .seconds(5))
  }

  @Test func `a file is sent whole`() async throws {
    let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
    let content = String(repeating: "0123456789", count: 30_000)
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var router = Router()
    router.on(.get, "/file") { _ in
      guard let file = OpenFile(path: path) else { return .problem(.notFound) }
      return Response(fields: ["Content-Type": "text/csv"], body: .file(file))
        .attachment(named: "report.csv")
    }
    let answer = try await answer(to: "GET /file HTTP/1.1\r\nHost: x\r\n\r\n", router: router)
    #expect(answer?.body == content)
    #expect(answer?.field("Content-Disposition") == "attachment; filename=\"report.csv\"")
  }

  @Test func `a stream waits for its reader and arrives whole`() async throws {
    var router = Router()
    router.on(.get, "/numbers") { _ in
      .stream(type: "text/plain") { stream in
        for number in 0..<50_000 { try await stream.write(Array("\(number)\n".utf8)) }
      }
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    let all = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /numbers HTTP/1.0\r\n\r\n")
      return client.readToEnd()
    }
    let body = all.range(of: "\r\n\r\n").map { String(all[$0.upperBound...]) }
    #expect(body == (0..<50_000).map { "\($0)\n" }.joined())
    await server.stop(within: .seconds(5))
  }
}
