import HTTP
import Testing

/// What counts behind a proxy: no request may be read in two ways (RFC 9112 §6.3).
@Suite struct ServerStrictnessTests {
  @Test(arguments: [
    ("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    ("GET /hello HTTP/1.0\r\n\r\n", 200),
    ("GET http://x/hello HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    (
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200
    ),
    // Two lengths, and lengths that are none.
    (
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400
    ),
    (
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
      400
    ),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n", 413),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
      400
    ),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\na", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1 1\r\n\r\na", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: x\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\nFoo\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", 400),
    // At which libmicrohttpd ends the header, so that the next line would begin a request.
    ("GET /hello HTTP/1.1\r\nHost: x\r\n:\r\nX: a\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\n\0\r\nX: a\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\n\0X: a\r\n\r\n", 400),
    // What it cuts or joins.
    ("GET /hello\0x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /hello  HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /hello x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\0y\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\0\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0\0Y\0b\r\n\r\n", 400),
    ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\0\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\n \r\n\r\n", 400),
    ("GET /hello HTTP/1.1\nHost: x\n\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\n\n", 400),
    // And what is whole, with blanks and empty values in it.
    (
      "\r\nGET /hello?a=%41&b#c HTTP/1.1\r\nHost:x\r\nX:\r\nY: \t a b \t\r\nCookie: a=b; c=\"d\"\r\n\r\n",
      200
    ),
    ("POST /echo?a=b&c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na:b", 200),
    ("GET /hello HTTP/1.0\r\n\r\n", 200),
    // Hosts and names of fields.
    ("GET /hello HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\nX-Y : z\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    ("GET /hello HTTP/1.1\r\nHost: x/../y\r\n\r\n", 400),
    ("GET http://y/hello HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    // Targets.
    ("GET /hello%00x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /echo/%FF%FE HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /static/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /echo/a%2fb HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("G@T /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400),
  ])
  func `is answered with`(raw: String, status: Int) async throws {
    #expect(try await answer(to: raw)?.status == status)
  }

  @Test func `the preface of HTTP 2 is no request`() async throws {
    let answer = try await answer(to: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    #expect(answer.map { $0.status >= 400 } ?? true)
  }

  @Test func `nothing behind a refused request is answered`() async throws {
    let server = try Server(.forTesting, Router.forTesting)
    let port = server.port
    let all = try await onThread {
      let client = try RawClient(port: port)
      client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "0\r\n\r\nGET /echo/canary HTTP/1.1\r\nHost: x\r\n\r\n")
      return client.readToEnd()
    }
    #expect(all.hasPrefix("HTTP/1.1 400"))
    #expect(!all.contains("canary"))
    await server.stop(within: .seconds(5))
  }

  @Test func `a chunked request closes its connection`() async throws {
    let answer = try await answer(
      to:
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    #expect(answer?.body == "abc")
    #expect(answer?.field("Connection")?.lowercased() == "close")
  }

  @Test(arguments: ["GET /hello HTTP/1.1\r\n\r\n", "GET /none HTTP/1.1\r\nHost: x\r\n\r\n"])
  func `refusals carry the security fields`(raw: String) async throws {
    let answer = try #require(try await answer(to: raw))
    #expect(answer.field("X-Content-Type-Options") == "nosniff")
    #expect(answer.field("Content-Security-Policy")?.contains("frame-ancestors") == true)
    #expect(answer.field("Cache-Control") == "no-store")
  }
}
