import HTTP
import Model

/// Puts pages at their addresses, each behind the door that it needs.
struct Routes {
  let site: Site
  var router: Router

  init(site: Site) {
    self.site = site
    router = Router(
      middleware: [Gatekeeper(settings: site.settings)],
      missing: { request in await ErrorPage.answer(to: PageError.notFound, request, site) },
      failure: { error, request in ErrorPage.plain(error, request, site) })
  }

  /// A page for everybody.
  mutating func open(
    _ method: Method, _ pattern: String,
    _ page: @escaping @Sendable (Visit) async throws -> Response
  ) {
    let site = site
    router.on(method, pattern) { request in
      do {
        return try await page(Visit(request, to: site))
      } catch {
        return await ErrorPage.answer(to: error, request, site)
      }
    }
  }

  /// A page for whoever has signed in; others are sent to sign in, and come back.
  mutating func member(
    _ method: Method, _ pattern: String, bodyLimit: Int = 8 << 20,
    _ page: @escaping @Sendable (Member) async throws -> Response
  ) {
    let site = site
    router.on(method, pattern, bodyLimit: bodyLimit) { request in
      let visit = Visit(request, to: site)
      do {
        guard let member = try await visit.member() else {
          return Self.toSignIn(visit)
        }
        return try await page(member)
      } catch {
        return await ErrorPage.answer(to: error, request, site)
      }
    }
  }

  /// A form of whoever has signed in, its token checked.
  mutating func form(
    _ pattern: String, _ page: @escaping @Sendable (Member, Form) async throws -> Response
  ) {
    member(.post, pattern) { member in try await page(member, try await member.form()) }
  }

  /// A page for administrators; to others it is forbidden.
  mutating func administrator(
    _ method: Method, _ pattern: String,
    _ page: @escaping @Sendable (Member) async throws -> Response
  ) {
    member(method, pattern) { member in
      guard member.user.isAdministrator else {
        throw PageError.forbidden("Only administrators may see this page.")
      }
      return try await page(member)
    }
  }

  mutating func administratorForm(
    _ pattern: String, _ page: @escaping @Sendable (Member, Form) async throws -> Response
  ) {
    administrator(.post, pattern) { member in try await page(member, try await member.form()) }
  }

  /// An old address that leads to a new one, with method and body kept (RFC 9110 §15.4.9).
  mutating func moved(_ pattern: String, to path: String) {
    for method in [Method.get, .post] {
      router.on(method, pattern) { request in
        let query = request.query.items.isEmpty ? "" : "?\(request.query.urlencoded)"
        return .redirect(to: path + query, status: .permanentRedirect)
      }
    }
  }

  private static func toSignIn(_ visit: Visit) -> Response {
    guard visit.request.method.isSafe, visit.address != "/" else {
      return visit.redirect(to: "/login")
    }
    return visit.redirect(to: "/login?next=\(PercentEncoding.encode(visit.address))")
  }
}
