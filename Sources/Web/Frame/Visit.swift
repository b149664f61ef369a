import Crypto
import HTTP
import Octets
import Storage

/// A request on its way to a page, with what every page needs to know.
struct Visit: Sendable {
  let request: Request
  let site: Site
  let edge: Edge
  let now: Timestamp
  /// What tells this browser from others before anybody has signed in; `nil` when it is new.
  let visitor: String?

  init(_ request: Request, to site: Site) {
    self.request = request
    self.site = site
    edge = Edge(request, site.settings)
    now = site.settings.clock()
    visitor = request.cookie(Cookie.hostName("visitor", isSecure: edge.isSecure))
      .flatMap { $0.utf8.count == 22 ? $0 : nil }
  }

  var theme: Theme { request.cookie(Theme.cookie).flatMap(Theme.init) ?? .system }

  /// Whether single keys may do things; a cookie of the account page says when not.
  var hasShortcuts: Bool { request.cookie(Self.shortcutsCookie) != "off" }

  static let shortcutsCookie = "shortcuts"

  /// The line that an earlier page left to be shown.
  var notice: Notice? {
    request.cookie(Cookie.hostName(Notice.cookie, isSecure: edge.isSecure))
      .flatMap { Notice(cookie: $0, key: site.noticeKey) }
  }

  /// The digest of the browser's session token.
  var sessionDigest: [UInt8]? {
    request.cookie(Cookie.hostName(Self.sessionCookie, isSecure: edge.isSecure))
      .map { Token.digest(of: $0.utf8) }
  }

  static let sessionCookie = "session"

  /// The path and query, for coming back after signing in.
  var address: String {
    let query = request.query.items.isEmpty ? "" : "?\(request.query.urlencoded)"
    return request.path + query
  }

  /// Someone signed in, or `nil`.
  func member() async throws -> Member? {
    guard let digest = sessionDigest,
      let found = try await site.store.sessions.find(digest: digest, now: now)
    else { return nil }
    return Member(visit: self, user: found.user, workspace: found.workspace, digest: digest)
  }

  // MARK: Forms before signing in

  /// The token for forms of this browser, and the cookie to set when it is new.
  func visitorToken() -> (token: FormToken, cookie: Cookie?) {
    if let visitor {
      return (FormToken(for: Array(visitor.utf8), key: site.formKey), nil)
    }
    let fresh = Token(bits: 128).text
    let cookie = Cookie.host("visitor", fresh, isSecure: edge.isSecure)
    return (FormToken(for: Array(fresh.utf8), key: site.formKey), cookie)
  }

  /// Reads a form of somebody who has not signed in.
  ///
  /// - Throws: ``PageError/staleForm`` without this browser's token.
  func form() async throws -> Form {
    let fields = try await request.form()
    guard let visitor, FormToken(for: Array(visitor.utf8), key: site.formKey).matches(fields) else {
      throw PageError.staleForm
    }
    return Form(fields)
  }

  // MARK: Answers

  /// Sends the browser to a page of ours, with a line to show there.
  func redirect(to path: String, _ notice: Notice? = nil) -> Response {
    var response = Response.redirect(to: path)
    if let notice {
      response.set(
        .host(
          Notice.cookie, notice.cookieValue(key: site.noticeKey), maxAge: .seconds(60),
          isSecure: edge.isSecure))
    }
    return response
  }

  /// A page, with the cookies that go with it.
  func answer(_ page: HTML, status: Status = .ok) -> Response {
    var response = Response.html(page.octets, status: status)
    // The theme was read from a cookie, and so was who is asking.
    response.fields["Vary"] = "Cookie"
    if notice != nil {
      response.set(.host(Notice.cookie, "", maxAge: .zero, isSecure: edge.isSecure))
    }
    return response
  }
}
