/// What answers a request.
public typealias Handler = @Sendable (Request) async throws -> Response

/// A step around handlers, such as looking up who is asking.
public protocol Middleware: Sendable {
  func respond(to request: Request, next: Handler) async throws -> Response
}

/// What a server asks for answers.
public protocol Responder: Sendable {
  /// The most octets of body that this request may bring; known before any has come.
  func bodyLimit(for request: Request) -> Int
  func respond(to request: Request) async -> Response
}
