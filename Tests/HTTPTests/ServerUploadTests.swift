import Foundation
import HTTP
import Testing

@Suite struct ServerUploadTests {
  @Test(arguments: [false, true])
  func `20 MB stream through in small pieces`(isChunked: Bool) async throws {
    let block = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
    var whole: [UInt8] = []
    for _ in 0..<320 { whole += block }
    let content = whole
    var router = Router()
    router.on(.post, "/upload", bodyLimit: 30 << 20) { request in
      var all: [UInt8] = []
      var largest = 0
      while let chunk = try await request.body.next() {
        all += chunk
        largest = max(largest, chunk.count)
      }
      return .text("\(all.count) \(all == content) \(largest <= 128 << 10)")
    }
    let server = try Server(.forTesting, router)
    let port = server.port
    let answer = try await onThread {
      let client = try RawClient(port: port)
      if isChunked {
        client.send("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: content.count, by: 100_000) {
          let piece = content[start..<min(start + 100_000, content.count)]
          client.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10])
        }
        client.send("0\r\n\r\n")
      } else {
        client.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: \(content.count)\r\n\r\n")
        client.send(content)
      }
      return client.readAnswer()
    }
    #expect(answer?.body == "\(content.count) true true")
    await server.stop(within: .seconds(5))
  }

  @Test func `a form with a file reaches the handler's sink`() async throws {
    let file = String(repeating: "ada@example.com\r\n", count: 20_000)
    let body =
      "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHello\r\n"
      + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.csv\"\r\n\r\n\(file)\r\n--b--\r\n"
    var router = Router()
    router.on(.post, "/import", bodyLimit: 1 << 20) { request in
      var (name, size) = ("", 0)
      let form = try await request.form { piece in
        switch piece {
        case .begin(let part): name = part.fileName ?? ""
        case .data(let octets): size += octets.count
        case .end: break
        }
      }
      return .text("\(form["title"] ?? "") \(name) \(size)")
    }
    let answer = try await answer(
      to: "POST /import HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)", router: router)
    #expect(answer?.body == "Hello c.csv \(file.utf8.count)")
  }

  @Test func `a handler may answer without reading the body`() async throws {
    var router = Router.forTesting
    router.on(.post, "/no", bodyLimit: 10 << 20) { _ in .problem(.forbidden) }
    let server = try Server(.forTesting, router)
    let port = server.port
    let statuses = try await onThread {
      let client = try RawClient(port: port)
      client.send("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n")
      client.send([UInt8](repeating: 97, count: 5_000_000))
      let first = client.readAnswer()?.status
      client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
      return [first, client.readAnswer()?.status]
    }
    #expect(statuses == [403, 200])
    await server.stop(within: .seconds(5))
  }

  @Test func `a client that leaves ends the handler's reading`() async throws {
    let (failures, failed) = AsyncStream<RequestBody.Failure?>.makeStream()
    var router = Router()
    router.on(.post, "/upload") { request in
      do {
        _ = try await request.body.collect(upTo: 100)
        failed.yield(nil)
      } catch {
        failed.yield(error as? RequestBody.Failure)
      }
      return .text("")
    }
    var settings = ServerSettings.forTesting
    // An end that comes in one piece with the octets before it shows only by this deadline:
    // libmicrohttpd waits for another edge of epoll.
    settings.stallDeadline = .milliseconds(100)
    let server = try Server(settings, router)
    let port = server.port
    try await onThread {
      let client = try RawClient(port: port)
      client.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    }
    for await failure in failures {
      #expect(failure == .disconnected)
      break
    }
    await server.stop(within: .seconds(5))
  }

  @Test(.timeLimit(.minutes(1)))
  func `a client that leaves within its body is missed at once`() async throws {
    let (reports, report) = AsyncStream<String>.makeStream()
    let isReleased = DispatchSemaphore(value: 0)
    var router = Router.forTesting
    router.on(.post, "/upload", bodyLimit: 1 << 20) { request in
      do {
        while try await request.body.next() != nil {}
        report.yield("whole")
      } catch {
        report.yield("\(error)")
      }
      return .text("")
    }
    var settings = ServerSettings.forTesting
    settings.stallDeadline = .seconds(3_600)
    settings.idleDeadline = .seconds(3_600)
    let server = try Server(
      settings,
      Holding(inner: router) {
        report.yield("held")
        isReleased.wait()
      })
    let port = server.port
    var heard: [String] = []
    var clients: [RawClient?] = []
    for _ in 0..<5 {
      let (sending, holding) = try await onThread {
        let sending = try RawClient(port: port)
        sending.send(
          "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
        _ = sending.readUntil("\r\n\r\n")
        let holding = try RawClient(port: port)
        holding.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        return (sending, holding)
      }
      var iterator = reports.makeAsyncIterator()
      heard.append(await iterator.next() ?? "")
      sending.send("abc")
      sending.finish()
      isReleased.signal()
      heard.append(await iterator.next() ?? "")
      clients += [sending, holding]
    }
    #expect(heard == (0..<5).flatMap { _ in ["held", "disconnected"] })
    clients = []
    await server.stop(within: .seconds(5))
  }

  /// Holds up the server's own thread at each GET, so that what others send meanwhile is seen at
  /// once.
  private struct Holding: Responder {
    let inner: Router
    let hold: @Sendable () -> Void

    func bodyLimit(for request: Request) -> Int {
      if request.method == .get { hold() }
      return inner.bodyLimit(for: request)
    }

    func respond(to request: Request) async -> Response { await inner.respond(to: request) }
  }
}
