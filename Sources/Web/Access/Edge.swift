import HTTP
import Octets

/// Who is at the other end and how they came: the socket's word, or a trusted proxy's.
struct Edge: Sendable {
  /// The numeric address of the client.
  let client: String
  /// Whether the client speaks TLS.
  let isSecure: Bool
  /// The host name asked for, without port, in small letters; `nil` when there is none.
  let host: String?
  /// Host and port as the client wrote them.
  let authority: String?

  init(_ request: Request, _ settings: SiteSettings) {
    let isProxied = settings.trustedProxies.contains(request.peer)
    func forwarded(_ name: String) -> String? {
      isProxied ? request.fields.members(name).last : nil
    }
    // Of several addresses the last is the one that our own proxy saw.
    client = forwarded("X-Forwarded-For") ?? request.peer
    isSecure = forwarded("X-Forwarded-Proto")?.lowercased() == "https"
    let authority = forwarded("X-Forwarded-Host") ?? request.target.authority ?? request.host
    self.authority = authority?.lowercased()
    host = authority.flatMap(Self.name)
  }

  /// The origin that the client's own pages have (RFC 6454 §6).
  var origin: String? { authority.map { "\(isSecure ? "https" : "http")://\($0)" } }

  /// The name in `name:port` or `[::1]:port`; `nil` when it is none.
  static func name(_ authority: String) -> String? {
    var octets = Array(authority.utf8).lowercasedASCII[...]
    if octets.first == UInt8(ascii: "[") {
      guard let end = octets.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      octets = octets[...end]
    } else if let colon = octets.firstIndex(of: UInt8(ascii: ":")) {
      octets = octets[..<colon]
    }
    if octets.last == ASCII.dot { octets = octets.dropLast() }
    return octets.isEmpty ? nil : String(decoding: octets, as: UTF8.self)
  }
}

/// Lets through what was asked of a host we answer for, and forms that come from our own pages.
struct Gatekeeper: Middleware {
  let settings: SiteSettings
  /// Names that mean this very machine.
  private static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
  /// What a monitor asks, by whatever name it knows us.
  private static let forMonitors: Set<String> = ["/health", "/healthz", "/ready", "/readyz"]

  func respond(to request: Request, next: Handler) async throws -> Response {
    if Self.forMonitors.contains(request.path) { return try await next(request) }
    let edge = Edge(request, settings)
    guard let host = edge.host, Self.loopback.contains(host) || allows(host) else {
      return .text(
        """
        This Martlet does not answer to the name in the request's Host field. Add the name to \
        ALLOWED_HOSTS.

        """, status: .badRequest)
    }
    if settings.forcesHTTPS, !edge.isSecure {
      guard request.method == .get || request.method == .head else {
        return .text("Ask again by HTTPS.\n", status: .forbidden)
      }
      let query = request.query.items.isEmpty ? "" : "?\(request.query.urlencoded)"
      return .redirect(
        to: "https://\(edge.authority ?? host)\(Self.encoded(request.path))\(query)",
        status: .permanentRedirect)
    }
    guard request.method.isSafe || comesFromOurPages(request, edge) else {
      throw PageError.forbidden(
        """
        This form was sent from another site, so nothing was done. Open the page here and send \
        it again. Behind a proxy, name its address in TRUSTED_ORIGINS.
        """)
    }
    return try await next(request)
  }

  private func allows(_ host: String) -> Bool {
    settings.allowedHosts.contains { pattern in
      let pattern = pattern.lowercased()
      // A leading dot stands for the name and all below it.
      if pattern.hasPrefix(".") { return host.hasSuffix(pattern) || host == pattern.dropFirst() }
      return pattern == host || pattern == "*"
    } || settings.baseURL.flatMap(Self.hostOfURL) == host
  }

  /// What the browser says about where a form came from; the form's own token is asked besides.
  private func comesFromOurPages(_ request: Request, _ edge: Edge) -> Bool {
    if let origin = request.fields["Origin"] {
      if origin == "null" { return false }
      return origin.lowercased() == edge.origin
        || settings.trustedOrigins.contains { $0.lowercased() == origin.lowercased() }
    }
    guard let site = request.fields["Sec-Fetch-Site"] else { return true }
    return site == "same-origin" || site == "none"
  }

  private static func encoded(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false)
      .map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
  }

  private static func hostOfURL(_ url: String) -> String? {
    let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
    guard parts.count >= 2, parts[0].hasSuffix(":") else { return nil }
    return Edge.name(String(parts[1].prefix { $0 != "/" }))
  }
}
