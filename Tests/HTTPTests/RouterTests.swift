import HTTP
import Testing

@Suite struct RouterTests {
  private struct Named: Middleware {
    let name: String

    func respond(to request: Request, next: Handler) async throws -> Response {
      var response = try await next(request)
      response.fields.append("X-Through", name)
      return response
    }
  }
  private struct Broken: Error {}

  private var router: Router {
    var router = Router(middleware: [Named(name: "outer"), Named(name: "inner")])
    router.on(.get, "/") { _ in .text("home") }
    router.on(.get, "/campaigns/new") { _ in .text("new") }
    router.on(.get, "/campaigns/{id}") { .text("show \($0.parameters["id"] ?? "")") }
    router.on(.post, "/campaigns/{id}", bodyLimit: 5) { _ in .text("save") }
    router.on(.get, "/campaigns/new/{step}/x") { _ in .text("step") }
    router.on(.get, "/campaigns/{id}/events/{event}") { request in
      .text("\(request.parameters["id"] ?? "") \(request.parameters["event"] ?? "")")
    }
    router.on(.get, "/old/") { _ in .redirect(to: "/new", status: .permanentRedirect) }
    router.on(.get, "/broken", through: [Named(name: "route")]) { _ in throw Broken() }
    router.on(.get, "/route", through: [Named(name: "route")]) { _ in .text("") }
    return router
  }

  private func ask(_ method: Method, _ path: String) async throws -> (Response, String) {
    let response = await router.respond(to: Request(method, try Target(path)))
    guard case .octets(let octets) = response.body else { return (response, "") }
    return (response, String(decoding: octets, as: UTF8.self))
  }

  @Test(arguments: [
    ("/", "home"), ("/campaigns/new", "new"), ("/campaigns/7", "show 7"),
    ("/campaigns/new/events/3", "new 3"), ("/campaigns/new/a/x", "step"),
    ("/campaigns/a%20b", "show a b"), ("//campaigns//new", "new"),
  ])
  func `a path finds its handler`(path: String, text: String) async throws {
    #expect(try await ask(.get, path).1 == text)
  }

  @Test(arguments: ["/campaigns", "/campaigns/", "/campaigns/7/", "/old", "/campaigns/new/a", "/x"])
  func `another path is not found`(path: String) async throws {
    #expect(try await ask(.get, path).0.status == .notFound)
  }

  @Test func `a wrong method is told the right ones`() async throws {
    let (response, _) = try await ask(.delete, "/campaigns/7")
    #expect(response.status == .methodNotAllowed)
    #expect(response.fields["Allow"] == "GET, HEAD, OPTIONS, POST")
    let (options, _) = try await ask(.options, "/campaigns/7")
    #expect(options.status == .noContent)
    #expect(options.fields["Allow"] == "GET, HEAD, OPTIONS, POST")
  }

  @Test func `HEAD is answered by GET's handler`() async throws {
    #expect(try await ask(.head, "/").0.status == .ok)
  }

  @Test func `middleware lies around everything, the first outermost`() async throws {
    #expect(try await ask(.get, "/route").0.fields.all("X-Through") == ["route", "inner", "outer"])
    #expect(try await ask(.get, "/x").0.fields.all("X-Through") == ["inner", "outer"])
  }

  @Test func `an error tells nothing`() async throws {
    let (response, text) = try await ask(.get, "/broken")
    #expect(response.status == .internalError)
    #expect(!text.contains("Broken"))
  }

  @Test func `each route has its limit`() throws {
    let target = try Target("/campaigns/7")
    #expect(router.bodyLimit(for: Request(.post, target)) == 5)
    #expect(router.bodyLimit(for: Request(.get, target)) == Router.defaultBodyLimit)
  }

  @Test func `a path of thousands of segments is only not found`() async throws {
    let path = String(repeating: "/campaigns/new", count: 4_000)
    #expect(try await ask(.get, path).0.status == .notFound)
  }
}
