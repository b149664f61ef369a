import Octets

/// What a client asked, checked and decoded, with a body that may still be arriving.
public struct Request: Sendable {
  public let method: Method
  public let target: Target
  public let fields: Fields
  public let body: RequestBody
  /// The numeric address of the socket's other end, without its port; a proxy's, if there is one.
  public let peer: String
  /// What the route's `{name}` parts stood for.
  public internal(set) var parameters: [String: String] = [:]

  public init(
    _ method: Method, _ target: Target, fields: Fields = [:], body: RequestBody = RequestBody([]),
    peer: String = ""
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.body = body
    self.peer = peer
  }

  public var path: String { target.path }
  public var query: FormFields { target.query }
  public var host: String? { fields["Host"] }

  /// The value of the first cookie of this name.
  public func cookie(_ name: String) -> String? {
    Cookie.pairs(in: fields.all("Cookie")).first { $0.name == name }?.value
  }

  /// The type of the body in small letters, without its parameters: `text/plain`.
  public var mediaType: String? {
    guard let value = fields["Content-Type"] else { return nil }
    let type = Array(value.utf8.prefix { $0 != UInt8(ascii: ";") }).trimmingASCIIWhitespace
    return String(decoding: type.lowercasedASCII, as: UTF8.self)
  }

  /// Whether the client takes bodies in this coding, such as `gzip`.
  public func accepts(coding: String) -> Bool {
    fields.members("Accept-Encoding").contains { member in
      let parts = member.split(separator: ";", maxSplits: 1)
      let name = parts.first.map { Array($0.utf8).trimmingASCIIWhitespace.lowercasedASCII } ?? []
      guard name == Array(coding.utf8).lowercasedASCII else { return false }
      let weight = parts.count > 1 ? parts[1].filter { $0 != " " } : ""
      return !["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(weight)
    }
  }
}
