import HTTP
import Testing

@Suite struct ServerLimitTests {
  private func get(_ target: String = "/hello", fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
  }

  @Test(arguments: [(8_000, 200), (8_500, 414), (100_000, 414)])
  func `a long target is refused`(length: Int, status: Int) async throws {
    let target = "/hello?q=" + String(repeating: "a", count: length)
    #expect(try await answer(to: get(target))?.status == status)
  }

  @Test(arguments: [(15_000, 200), (17_000, 431), (100_000, 431)])
  func `a large header is refused`(length: Int, status: Int) async throws {
    let fields = "X-A: " + String(repeating: "a", count: length) + "\r\n"
    #expect(try await answer(to: get(fields: fields))?.status == status)
  }

  @Test(arguments: [(99, 200), (100, 431), (5_000, 431)])
  func `many fields are refused`(count: Int, status: Int) async throws {
    let fields = (0..<count).map { "X-\($0): a\r\n" }.joined()
    #expect(try await answer(to: get(fields: fields))?.status == status)
  }

  @Test func `a body announced too large is refused before it comes`() async throws {
    let answer = try await answer(
      to: "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
    #expect(answer?.status == 413)
    #expect(answer?.body.contains("1000 bytes") == true)
    #expect(answer?.field("Connection")?.lowercased() == "close")
  }

  @Test func `a chunked body that grows too large is refused`() async throws {
    let chunk = "400\r\n" + String(repeating: "a", count: 0x400) + "\r\n"
    let answer = try await answer(
      to: "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n")
    #expect(answer?.status == 413)
    #expect(answer?.body.contains("1000 bytes") == true)
  }

  @Test func `a chunked body without end is cut`() async throws {
    let server = try Server(.forTesting, Router.forTesting)
    let port = server.port
    let wasCut = try await onThread {
      let client = try RawClient(port: port)
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "4000\r\n" + String(repeating: "a", count: 0x4000) + "\r\n"
      for _ in 0..<10_000 where !client.send(chunk) { return true }
      return false
    }
    #expect(wasCut)
    await server.stop(within: .seconds(5))
  }

  @Test func `idle connections make room for those who ask`() async throws {
    var settings = ServerSettings.forTesting
    settings.connectionLimit = 32
    settings.headerDeadline = .seconds(3_600)
    let server = try Server(settings, Router.forTesting)
    let port = server.port
    let (statuses, isKept) = try await onThread {
      // One that has asked before, and is quiet since: it has been idle longer than any other.
      let quiet = try RawClient(port: port)
      quiet.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = quiet.readAnswer()
      // One that is within a request.
      let busy = try RawClient(port: port)
      busy.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nhe")
      var idle: [RawClient] = []
      var statuses: [Int?] = []
      for _ in 0..<4 {
        for _ in 0..<50 { idle.append(try RawClient(port: port)) }
        let client = try RawClient(port: port)
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        statuses.append(client.readAnswer()?.status)
      }
      busy.send("re")
      return (statuses, busy.readAnswer()?.body == "here")
    }
    #expect(statuses == [200, 200, 200, 200])
    #expect(isKept)
    await server.stop(within: .seconds(5))
  }

  @Test func `a header that does not end is cut`() async throws {
    var settings = ServerSettings.forTesting
    settings.headerDeadline = .milliseconds(40)
    #expect(try await answer(to: "GET /hello HT", settings: settings) == nil)
    #expect(try await answer(to: "", settings: settings) == nil)
  }

  @Test func `a body that stops coming is cut`() async throws {
    var settings = ServerSettings.forTesting
    settings.stallDeadline = .milliseconds(40)
    let raw = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    #expect(try await answer(to: raw, settings: settings) == nil)
  }

  @Test func `a connection that asks nothing more is closed`() async throws {
    var settings = ServerSettings.forTesting
    settings.idleDeadline = .milliseconds(20)
    settings.headerDeadline = .milliseconds(40)
    let server = try Server(settings, Router.forTesting)
    let port = server.port
    let all = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
      return client.readToEnd()
    }
    #expect(all.hasSuffix("\r\n\r\nhello"))
    await server.stop(within: .seconds(5))
  }

  @Test func `an answer nobody reads is cut`() async throws {
    var settings = ServerSettings.forTesting
    settings.stallDeadline = .milliseconds(40)
    settings.minimumBytesPerSecond = 1 << 40
    let (ended, end) = AsyncStream<Void>.makeStream()
    var router = Router()
    router.on(.get, "/large") { _ in
      .stream(type: "text/plain") { stream in
        defer { end.yield() }
        while true { try await stream.write([UInt8](repeating: 97, count: 1 << 16)) }
      }
    }
    let server = try Server(settings, router)
    let port = server.port
    let client = try await onThread {
      let client = try RawClient(port: port)
      client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
      return client
    }
    for await _ in ended { break }
    withExtendedLifetime(client) {}
    await server.stop(within: .seconds(5))
  }
}
