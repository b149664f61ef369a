/// Finds the handler for a method and path.
///
///     router.on(.get, "/campaigns/{id}") { request in … request.parameters["id"] … }
///
/// A literal segment goes before a `{name}`; one trailing slash makes another path.
public struct Router: Sendable, Responder {
  private struct Route: Sendable {
    let names: [String]
    let bodyLimit: Int
    let handler: Handler
  }

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var parameter: Int?
    var routes: [Method: Route] = [:]
  }

  /// The most octets of body where a route says nothing: 1 MB.
  public static let defaultBodyLimit = 1 << 20

  private var nodes = [Node()]
  private let middleware: [any Middleware]
  private let missing: Handler
  private let failure: @Sendable (any Error, Request) -> Response

  /// - Parameters:
  ///   - middleware: Around everything, 404 and 405 too; the first is the outermost.
  ///   - missing: Answers where there is no route.
  ///   - failure: Answers what a handler throws.
  public init(
    middleware: [any Middleware] = [],
    missing: @escaping Handler = { _ in .problem(.notFound) },
    failure: @escaping @Sendable (any Error, Request) -> Response = { error, _ in
      Router.answer(to: error)
    }
  ) {
    self.middleware = middleware
    self.missing = missing
    self.failure = failure
  }

  /// Adds a route; a second for the same method and pattern replaces the first.
  public mutating func on(
    _ method: Method, _ pattern: String, bodyLimit: Int = Router.defaultBodyLimit,
    through inner: [any Middleware] = [], _ handler: @escaping Handler
  ) {
    precondition(pattern.hasPrefix("/"), "a pattern begins with a slash")
    var at = 0
    var names: [String] = []
    for segment in pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      if segment.hasPrefix("{"), segment.hasSuffix("}") {
        names.append(String(segment.dropFirst().dropLast()))
        at = child(of: at, \.parameter)
      } else {
        at = child(of: at, \.literals[String(segment)])
      }
    }
    nodes[at].routes[method] = Route(
      names: names, bodyLimit: bodyLimit, handler: Self.wrap(handler, in: inner))
  }

  private mutating func child(of index: Int, _ place: WritableKeyPath<Node, Int?>) -> Int {
    if let known = nodes[index][keyPath: place] { return known }
    nodes.append(Node())
    nodes[index][keyPath: place] = nodes.count - 1
    return nodes.count - 1
  }

  public func bodyLimit(for request: Request) -> Int {
    find(request)?.route?.bodyLimit ?? Self.defaultBodyLimit
  }

  public func respond(to request: Request) async -> Response {
    var request = request
    let inner: Handler
    if let found = find(request) {
      if let route = found.route {
        request.parameters = Dictionary(
          zip(route.names, found.values), uniquingKeysWith: { first, _ in first })
        inner = route.handler
      } else {
        let allowed = found.allowed
        let isQuestion = request.method == .options
        inner = { _ in
          var answer =
            isQuestion ? Response(.noContent) : Response.problem(.methodNotAllowed)
          answer.fields["Allow"] = allowed
          return answer
        }
      }
    } else {
      inner = missing
    }
    do {
      return try await Self.wrap(inner, in: middleware)(request)
    } catch {
      return failure(error, request)
    }
  }

  /// What an error means to a client that reads problems; 500 tells nothing of what went wrong.
  public static func answer(to error: any Error) -> Response {
    switch error as? RequestBody.Failure {
    case .tooLarge(let limit): .tooLarge(limit: limit)
    case .notAForm: .problem(.badRequest, "The body is not a form that can be read.")
    case .disconnected: .problem(.badRequest, "The body did not arrive.")
    case nil: .problem(.internalError)
    }
  }

  private static func wrap(_ handler: @escaping Handler, in steps: [any Middleware]) -> Handler {
    steps.reversed().reduce(handler) { inner, step in
      { try await step.respond(to: $0, next: inner) }
    }
  }

  private func find(_ request: Request) -> (route: Route?, allowed: String, values: [String])? {
    var values: [String] = []
    guard let index = leaf(from: 0, request.target.segments[...], &values) else { return nil }
    let routes = nodes[index].routes
    let route = routes[request.method] ?? (request.method == .head ? routes[.get] : nil)
    var allowed = Set(routes.keys.map(\.name))
    if routes[.get] != nil { allowed.insert("HEAD") }
    allowed.insert("OPTIONS")
    return (route, allowed.sorted().joined(separator: ", "), values)
  }

  /// The depth is that of the patterns, whatever the length of the path.
  private func leaf(
    from index: Int, _ segments: ArraySlice<String>, _ values: inout [String]
  ) -> Int? {
    guard let segment = segments.first else { return nodes[index].routes.isEmpty ? nil : index }
    let rest = segments.dropFirst()
    if let next = nodes[index].literals[segment], let found = leaf(from: next, rest, &values) {
      return found
    }
    guard let next = nodes[index].parameter, !segment.isEmpty else { return nil }
    values.append(segment)
    if let found = leaf(from: next, rest, &values) { return found }
    values.removeLast()
    return nil
  }
}

extension Response {
  /// 413 that names the limit.
  public static func tooLarge(limit: Int) -> Response {
    .problem(.contentTooLarge, "The body may have at most \(limit) bytes here.")
  }
}
