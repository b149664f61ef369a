import Crypto
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

/// A browser without a screen: asks the site's pages, keeps cookies, fills in forms.
///
///     let browser = try await scene.signIn()
///     let page = try await browser.submit("/campaigns/new", ["name": "May news"])
///     #expect(page.status == .seeOther)
final class Browser {
  let scene: Scene
  /// Who is signed in, when the scene did it.
  let user: User?
  /// Where the request claims to come from.
  var peer = "127.0.0.1"
  var host = "localhost"
  var scheme = "http"
  /// Fields of every request, such as those that a proxy adds.
  var standing: Fields = [:]
  /// By name, as the browser would send them.
  var cookies: [String: String] = [:]
  /// What happens while the next body is on its way.
  var meanwhile: (@Sendable () async throws -> Void)?

  init(_ scene: Scene, user: User? = nil) {
    self.scene = scene
    self.user = user
  }

  /// The workspace of who is signed in.
  var home: Identifier { get throws { try #require(user).workspace } }

  // MARK: Asking

  /// Asks for a page; does not follow redirects.
  func get(_ address: String, fields: Fields = [:]) async throws -> Page {
    try await ask(.get, address, fields: fields, body: [])
  }

  /// Follows redirects of ours to the page that a person would see.
  func open(_ address: String) async throws -> Page {
    try await follow(try await get(address))
  }

  func follow(_ page: Page) async throws -> Page {
    var page = page
    for _ in 0..<5 {
      guard let location = page.location, (300..<400).contains(page.status.code) else { break }
      page = try await get(location)
    }
    return page
  }

  /// Sends exactly these fields, with no token but what is among them.
  func post(
    _ address: String, _ values: [(String, String)], fields: Fields? = nil
  ) async throws -> Page {
    let form = FormFields(values.map { FormFields.Item($0.0, $0.1) })
    var fields = fields ?? ["Origin": "\(scheme)://\(host)"]
    fields["Content-Type"] = "application/x-www-form-urlencoded"
    return try await ask(.post, address, fields: fields, body: Array(form.urlencoded.utf8))
  }

  /// Opens a page, fills in its form and sends it.
  ///
  /// What the form holds already goes with it, `values` in place of theirs; a value of `nil`
  /// unticks or leaves out. `action` tells which form of the page is meant; otherwise it is the
  /// first one of its content.
  func submit(
    _ address: String, form action: String? = nil, _ values: KeyValuePairs<String, String?> = [:],
    files: [File] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Page {
    let page = try await open(address)
    return try await submit(
      page, form: action, values, files: files, sourceLocation: sourceLocation)
  }

  /// The same on a page that is open already, such as one that came back with errors.
  func submit(
    _ page: Page, form action: String? = nil, _ values: KeyValuePairs<String, String?> = [:],
    files: [File] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Page {
    let form = try #require(
      page.form(action), "no such form on \(page.address)", sourceLocation: sourceLocation)
    var items = form.values
    for name in Set(values.map(\.key)) { items.removeAll { $0.0 == name } }
    for (name, value) in values { if let value { items.append((name, value)) } }
    let target = form.action ?? page.address
    if form.isMultipart || !files.isEmpty {
      return try await upload(target, items, files: files)
    }
    return try await post(target, items)
  }

  /// A file as a form sends it.
  struct File {
    let input: String
    let name: String
    let content: [UInt8]
  }

  /// Sends a form with files.
  func upload(
    _ address: String, _ values: [(String, String)], files: [File]
  ) async throws -> Page {
    let boundary = "----martlet-test-boundary"
    var body = ""
    for (name, value) in values {
      body +=
        "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }
    var octets = Array(body.utf8)
    for file in files {
      octets += Array(
        """
        --\(boundary)\r\nContent-Disposition: form-data; name="\(file.input)"; \
        filename="\(file.name)"\r\nContent-Type: application/octet-stream\r\n\r\n
        """.utf8)
      octets += file.content + Array("\r\n".utf8)
    }
    octets += Array("--\(boundary)--\r\n".utf8)
    return try await ask(
      .post, address,
      fields: [
        "Origin": "\(scheme)://\(host)",
        "Content-Type": "multipart/form-data; boundary=\(boundary)",
      ], body: octets)
  }

  func ask(
    _ method: HTTP.Method, _ address: String, fields: Fields, body: [UInt8]
  ) async throws -> Page {
    var fields = fields
    if fields["Host"] == nil { fields["Host"] = host }
    for field in standing { fields.append(field.name, field.value) }
    if !cookies.isEmpty {
      fields["Cookie"] = cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
    }
    var content = RequestBody(body)
    if !body.isEmpty, let meanwhile {
      content = .late(body, after: meanwhile)
      self.meanwhile = nil
    }
    let request = Request(
      method, try Target(address), fields: fields, body: content, peer: peer)
    let response = await scene.responder.respond(to: request)
    for line in response.fields.all("Set-Cookie") { keep(line) }
    return Page(address: address, response: response, octets: try await Self.octets(of: response))
  }

  private func keep(_ line: String) {
    let pair = line.prefix { $0 != ";" }
    guard let middle = pair.firstIndex(of: "=") else { return }
    let name = String(pair[..<middle])
    let isGone = line.contains("Max-Age=0")
    cookies[name] = isGone ? nil : String(pair[pair.index(after: middle)...])
  }

  /// The body; of a stream the first 64 KB, so tests keep what they stream shorter.
  private static func octets(of response: Response) async throws -> [UInt8] {
    switch response.body {
    case .octets(let octets): return octets
    case .file: return []
    case .stream(let produce), .events(let produce):
      let stream = ByteStream()
      try await produce(stream)
      return stream.drain()
    }
  }
}
