import HTTP
import Testing

@Suite struct ResponseTests {
  private func octets(_ response: Response) -> String {
    guard case .octets(let octets) = response.body else { return "" }
    return String(decoding: octets, as: UTF8.self)
  }

  @Test func `a problem says what is wrong`() {
    let response = Response.problem(.conflict, "a \"b\"\n\\")
    #expect(response.fields["Content-Type"] == "application/problem+json")
    #expect(
      octets(response)
        == #"{"type":"about:blank","title":"Conflict","status":409,"detail":"a \"b\"\u000a\\"}"#)
  }

  @Test(arguments: [
    ("/a", "/a"), ("/", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("evil", "/"),
    ("https://evil.example", "/"), ("/a\r\nb", "/"), ("", "/"), ("/a?b=//c", "/a?b=//c"),
  ])
  func `a redirect stays on this site`(wanted: String, location: String) {
    #expect(Response.redirect(toLocal: wanted).fields["Location"] == location)
  }

  @Test(
    arguments: [
      (nil, 200), ("\"x\"", 304), ("W/\"x\"", 304), ("\"y\", \"x\"", 304), ("*", 304),
      ("\"y\"", 200), ("x", 200),
    ] as [(String?, Int)])
  func `what the client holds is not sent again`(held: String?, status: Int) throws {
    var fields = Fields()
    fields["If-None-Match"] = held
    let request = Request(.get, try Target("/"), fields: fields)
    let response = Response.text("content").tagged("x", for: request)
    #expect(response.status.code == status)
    #expect(response.fields["ETag"] == "\"x\"")
    #expect(octets(response) == (status == 200 ? "content" : ""))
  }

  @Test(arguments: [
    ("report.csv", "attachment; filename=\"report.csv\""),
    ("a\"b.csv", "attachment; filename=\"a_b.csv\"; filename*=UTF-8''a%22b.csv"),
    ("Prüfung.csv", "attachment; filename=\"Pr_fung.csv\"; filename*=UTF-8''Pr%C3%BCfung.csv"),
    ("a/b\r\n", "attachment; filename=\"a_b__\""),
  ])
  func `a download is named`(name: String, field: String) {
    #expect(ContentDisposition.attachment(named: name) == field)
  }

  @Test func `a host cookie is locked to this host`() {
    #expect(
      Cookie.host("session", "abc", maxAge: .seconds(60), isSecure: true, sameSite: .strict).field
        == "__Host-session=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict")
    #expect(
      Cookie.host("session", "abc", isSecure: false).field
        == "session=abc; Path=/; HttpOnly; SameSite=Lax")
  }

  @Test func `no value of a cookie adds an attribute`() {
    #expect(
      Cookie("a;b", "c; Domain=evil\r\n\"", path: "/;x", isSecure: false, isHTTPOnly: false).field
        == "ab=cDomain=evil; Path=/x; SameSite=Lax")
  }

  @Test func `every answer gets the security fields`() {
    let headers = SecurityHeaders(strictTransport: .seconds(31_536_000))
    let response = headers.applied(to: .text("x"))
    #expect(response.fields["Content-Security-Policy"]?.contains("default-src 'none'") == true)
    #expect(response.fields["X-Frame-Options"] == "DENY")
    #expect(response.fields["Strict-Transport-Security"] == "max-age=31536000")
    #expect(headers.applied(to: response).fields == response.fields)
  }

  @Test func `a handler's own policy is kept`() {
    var framed = Response.html("")
    framed.fields["Content-Security-Policy"] = "frame-ancestors 'self'"
    framed.fields["Cache-Control"] = "max-age=60"
    let response = SecurityHeaders().applied(to: framed)
    #expect(response.fields.all("Content-Security-Policy") == ["frame-ancestors 'self'"])
    #expect(response.fields["Cache-Control"] == "max-age=60")
    #expect(response.fields["X-Frame-Options"] == nil)
    #expect(response.fields["Strict-Transport-Security"] == nil)
  }

  @Test(arguments: [
    (ServerEvent(data: "a"), "data: a\n\n"),
    (
      ServerEvent("e", id: "7", data: "a\nb\r\nc\rd"),
      "event: e\nid: 7\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
    ),
    (ServerEvent("e\nx", id: "7\0\r", data: ""), "event: ex\nid: 7\ndata: \n\n"),
  ])
  func `an event is written as`(event: ServerEvent, text: String) {
    #expect(String(decoding: event.octets, as: UTF8.self) == text)
  }

  @Test func `a stream nobody reads is full at 64 KB`() throws {
    let stream = ByteStream()
    try stream.send([UInt8](repeating: 1, count: ByteStream.capacity))
    #expect(stream.isOpen)
    #expect(throws: ByteStream.Ended.self) { try stream.send([1]) }
    #expect(!stream.isOpen)
  }
}
