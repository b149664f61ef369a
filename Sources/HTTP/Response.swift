import Glibc

/// What a client is answered.
public struct Response: Sendable {
  public typealias Producer = @Sendable (ByteStream) async throws -> Void

  public enum Body: Sendable {
    case octets([UInt8])
    case file(OpenFile)
    /// Written by a task that is cancelled when the client leaves.
    case stream(Producer)
    /// The same, kept alive by comments while nothing happens.
    case events(Producer)
  }

  public var status: Status
  public var fields: Fields
  public var body: Body

  public init(_ status: Status = .ok, fields: Fields = [:], body: Body = .octets([])) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  private init(_ status: Status, type: String, _ octets: [UInt8]) {
    self.init(status, fields: ["Content-Type": type], body: .octets(octets))
  }

  public static func html(_ text: String, status: Status = .ok) -> Response {
    html(Array(text.utf8), status: status)
  }

  public static func html(_ octets: [UInt8], status: Status = .ok) -> Response {
    Response(status, type: "text/html; charset=utf-8", octets)
  }

  public static func text(_ text: String, status: Status = .ok) -> Response {
    Response(status, type: "text/plain; charset=utf-8", Array(text.utf8))
  }

  public static func json(_ octets: [UInt8], status: Status = .ok) -> Response {
    Response(status, type: "application/json", octets)
  }

  public static func octets(_ octets: [UInt8], type: String) -> Response {
    Response(.ok, type: type, octets)
  }

  /// Sends the client to another page; after a form with ``Status/seeOther``, so that it asks for
  /// it with GET.
  public static func redirect(to location: String, status: Status = .seeOther) -> Response {
    Response(status, fields: ["Location": location])
  }

  /// Sends the client to a path it named itself, or to `/` when that leads off this site.
  public static func redirect(toLocal path: String) -> Response {
    redirect(to: isLocal(path) ? path : "/")
  }

  /// Whether a browser takes this as a path of the same site; `//host` and `/\host` are not.
  public static func isLocal(_ path: String) -> Bool {
    let octets = Array(path.utf8)
    guard octets.first == UInt8(ascii: "/"), octets.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      return false
    }
    return octets.count < 2 || octets[1] != UInt8(ascii: "/") && !octets.contains(0x5C)
  }

  /// A refusal that programs can read (RFC 9457).
  public static func problem(_ status: Status, _ detail: String? = nil) -> Response {
    var json = "{\"type\":\"about:blank\",\"title\":\(quoted(status.reason))"
    json += ",\"status\":\(status.code)"
    if let detail { json += ",\"detail\":\(quoted(detail))" }
    return Response(status, type: "application/problem+json", Array("\(json)}".utf8))
  }

  /// A live stream of events; when `produce` returns, the stream ends.
  public static func events(
    _ produce: @escaping @Sendable (EventStream) async throws -> Void
  ) -> Response {
    // Nginx would otherwise hold events back until its buffer is full.
    Response(
      fields: ["Content-Type": "text/event-stream", "X-Accel-Buffering": "no"],
      body: .events { try await produce(EventStream($0)) })
  }

  public static func stream(type: String, _ produce: @escaping Producer) -> Response {
    Response(fields: ["Content-Type": type], body: .stream(produce))
  }

  public mutating func set(_ cookie: Cookie) { fields.append("Set-Cookie", cookie.field) }

  /// The same answer, to be saved under this name instead of shown (RFC 6266).
  public func attachment(named name: String) -> Response {
    var copy = self
    copy.fields["Content-Disposition"] = ContentDisposition.attachment(named: name)
    return copy
  }

  /// The same answer with an entity tag, or 304 without a body when the client has it already.
  ///
  /// The tag comes without its quotes, such as a hash of the content.
  public func tagged(_ tag: String, for request: Request) -> Response {
    var copy = self
    copy.fields["ETag"] = "\"\(tag)\""
    guard status == .ok, request.method == .get || request.method == .head else { return copy }
    let held = request.fields.members("If-None-Match")
    guard held.contains(where: { $0 == "*" || $0 == "\"\(tag)\"" || $0 == "W/\"\(tag)\"" }) else {
      return copy
    }
    copy.status = .notModified
    copy.body = .octets([])
    copy.fields["Content-Type"] = nil
    copy.fields["Content-Disposition"] = nil
    return copy
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
