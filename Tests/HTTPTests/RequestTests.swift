import HTTP
import Testing

@Suite struct RequestTests {
  @Test(arguments: [
    ("/", "/", [""]),
    ("/a/b", "/a/b", ["a", "b"]),
    ("/a//b///c", "/a/b/c", ["a", "b", "c"]),
    ("/a/", "/a/", ["a", ""]),
    ("/caf%C3%A9", "/café", ["café"]),
    ("/a%20b+c", "/a b+c", ["a b+c"]),
    ("/a?b/../c", "/a", ["a"]),
    ("/...", "/...", ["..."]),
    ("http://host:80/a", "/a", ["a"]),
    ("http://host", "/", [""]),
    ("http://host?q=1", "/", [""]),
  ])
  func `a target gives`(raw: String, path: String, segments: [String]) throws {
    let target = try Target(raw)
    #expect(target.path == path)
    #expect(target.segments == segments)
  }

  @Test(arguments: [
    ("", Target.Refusal.notAbsolute),
    ("a", .notAbsolute),
    ("*", .notAbsolute),
    ("//", nil),
    ("/%00", .forbiddenCharacter),
    ("/a?b=%00", .forbiddenCharacter),
    ("/%0A", .forbiddenCharacter),
    ("/%2F", .forbiddenCharacter),
    ("/a%5Cb", .forbiddenCharacter),
    ("/a\\b", .forbiddenCharacter),
    ("/é", .forbiddenCharacter),
    ("/a b", .forbiddenCharacter),
    ("/%", .badEscape),
    ("/%4", .badEscape),
    ("/%4g", .badEscape),
    ("/%C3", .badEncoding),
    ("/%C0%AF", .badEncoding),
    ("/%ED%A0%80", .badEncoding),
    ("/..", .dotSegment),
    ("/a/../b", .dotSegment),
    ("/a/%2E%2e/b", .dotSegment),
    ("/./a", .dotSegment),
    ("/?" + String(repeating: "a&", count: 1_001), .tooManyItems),
  ])
  func `a target is refused`(raw: String, refusal: Target.Refusal?) {
    var found: Target.Refusal?
    do { _ = try Target(raw) } catch { found = error }
    #expect(found == refusal)
  }

  @Test func `a query is decoded in order`() throws {
    let query = try Target("/?a=1&b=x%20y+z&a=2&c&=e&%zz=100%&u=%C3%A9&bad=%FF").query
    #expect(
      query.items.map { "\($0.name)=\($0.value)" }
        == ["a=1", "b=x y z", "a=2", "c=", "=e", "%zz=100%", "u=é", "bad=\u{FFFD}"])
    #expect(query["a"] == "1")
    #expect(query.all("a") == ["1", "2"])
    #expect(query["none"] == nil)
  }

  @Test func `a form survives writing and reading`() {
    let form = FormFields([.init("a b", "1&2=3"), .init("é", "+%\n")])
    #expect(FormFields(urlencoded: Array(form.urlencoded.utf8)[...]) == form)
  }

  @Test func `fields ignore case and keep order`() {
    var fields: Fields = ["Accept": "a, b ,,", "X": "1", "accept": "c"]
    #expect(fields["ACCEPT"] == "a, b ,,")
    #expect(fields.members("Accept") == ["a", "b", "c"])
    fields["accept"] = "d"
    #expect(fields.all("Accept") == ["d"])
    fields["x"] = nil
    #expect(fields.count == 1)
  }

  @Test func `no value of a field begins a new line`() {
    var fields = Fields()
    fields.append("Location", "/a\r\nSet-Cookie: b=c\0")
    fields.append("Bad name", "x")
    fields.append("", "x")
    #expect(fields.map(\.value) == ["/a  Set-Cookie: b=c "])
  }

  @Test func `cookies are found by name`() throws {
    let request = Request(
      .get, try Target("/"),
      fields: ["Cookie": "a=1; __Host-s=\"q=w\"; =x; b", "cookie": "a=2;c=3"])
    #expect(request.cookie("a") == "1")
    #expect(request.cookie("__Host-s") == "q=w")
    #expect(request.cookie("c") == "3")
    #expect(request.cookie("b") == nil)
  }

  @Test(arguments: [
    ("gzip, br", true), ("br;q=1, GZIP ; q=0.5", true), ("gzip;q=0", false), ("", false),
    ("gzip; q=0.000", false), ("x-gzip", false),
  ])
  func `takes gzip`(accept: String, expected: Bool) throws {
    let request = Request(.get, try Target("/"), fields: ["Accept-Encoding": accept])
    #expect(request.accepts(coding: "gzip") == expected)
  }

  @Test func `a body in memory is read once and bounded`() async throws {
    let body = RequestBody([1, 2, 3])
    await #expect(throws: RequestBody.Failure.tooLarge(limit: 2)) {
      _ = try await body.collect(upTo: 2)
    }
    #expect(try await body.next() == nil)
    #expect(try await RequestBody([1, 2, 3]).collect(upTo: 3) == [1, 2, 3])
  }

  @Test func `a urlencoded form is read from the body`() async throws {
    let request = Request(
      .post, try Target("/"),
      fields: ["Content-Type": "Application/x-www-form-urlencoded; charset=utf-8"],
      body: RequestBody(Array("a=1&b=2".utf8)))
    #expect(try await request.form()["b"] == "2")
  }

  @Test func `another body is no form`() async throws {
    for type in ["text/plain", "", "multipart/form-data"] {
      let request = Request(
        .post, try Target("/"), fields: ["Content-Type": type],
        body: RequestBody(Array("a=1".utf8)))
      await #expect(throws: RequestBody.Failure.self) { _ = try await request.form() }
    }
  }
}
