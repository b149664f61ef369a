/// The three digits that say how a request went (RFC 9110 §15).
package struct Status: Sendable, Hashable {
  package let code: Int

  package init(_ code: Int) { self.code = code }

  package static let ok = Status(200)
  package static let created = Status(201)
  package static let accepted = Status(202)
  package static let noContent = Status(204)
  package static let movedPermanently = Status(301)
  package static let found = Status(302)
  package static let seeOther = Status(303)
  package static let notModified = Status(304)
  package static let temporaryRedirect = Status(307)
  package static let permanentRedirect = Status(308)
  package static let badRequest = Status(400)
  package static let unauthorized = Status(401)
  package static let forbidden = Status(403)
  package static let notFound = Status(404)
  package static let methodNotAllowed = Status(405)
  package static let conflict = Status(409)
  package static let gone = Status(410)
  package static let preconditionFailed = Status(412)
  package static let contentTooLarge = Status(413)
  package static let uriTooLong = Status(414)
  package static let unsupportedMediaType = Status(415)
  package static let unprocessable = Status(422)
  package static let tooManyRequests = Status(429)
  package static let headerFieldsTooLarge = Status(431)
  package static let internalError = Status(500)
  package static let notImplemented = Status(501)
  package static let unavailable = Status(503)
  package static let versionNotSupported = Status(505)

  /// A short name for people.
  package var reason: String { Self.reasons[code] ?? "Status \(code)" }

  private static let reasons: [Int: String] = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No content",
    301: "Moved permanently", 302: "Found", 303: "See other", 304: "Not modified",
    307: "Temporary redirect", 308: "Permanent redirect",
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found",
    405: "Method not allowed", 409: "Conflict", 410: "Gone", 412: "Precondition failed",
    413: "Content too large", 414: "URI too long", 415: "Unsupported media type",
    422: "Unprocessable content", 429: "Too many requests", 431: "Header fields too large",
    500: "Internal server error", 501: "Not implemented", 503: "Service unavailable",
    505: "HTTP version not supported",
  ]
}
