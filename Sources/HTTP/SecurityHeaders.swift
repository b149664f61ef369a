/// The fields that tell a browser to be careful, for every answer (SEC-24).
///
/// What a handler has set itself is kept: a page that frames a message, or a picture that other
/// sites may show, says so there.
public struct SecurityHeaders: Sendable, Middleware {
  public let contentPolicy: String
  /// How long browsers shall insist on TLS, `nil` when we do not serve by it.
  public let strictTransport: Duration?

  public static let ownContentOnly =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    + "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    + "frame-ancestors 'none'; base-uri 'none'"

  public init(
    contentPolicy: String = SecurityHeaders.ownContentOnly, strictTransport: Duration? = nil
  ) {
    self.contentPolicy = contentPolicy
    self.strictTransport = strictTransport
  }

  public func applied(to response: Response) -> Response {
    var response = response
    func add(_ name: String, _ value: String) {
      if response.fields[name] == nil { response.fields.append(name, value) }
    }
    // The old field knows no exceptions, so a policy of the handler's own stands alone.
    if response.fields["Content-Security-Policy"] == nil { add("X-Frame-Options", "DENY") }
    add("Content-Security-Policy", contentPolicy)
    add("X-Content-Type-Options", "nosniff")
    add("Referrer-Policy", "same-origin")
    add("Cross-Origin-Opener-Policy", "same-origin")
    add("Cross-Origin-Resource-Policy", "same-origin")
    add("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    add("Cache-Control", "no-store")
    if let strictTransport {
      add("Strict-Transport-Security", "max-age=\(strictTransport.components.seconds)")
    }
    return response
  }

  public func respond(to request: Request, next: Handler) async throws -> Response {
    applied(to: try await next(request))
  }
}
