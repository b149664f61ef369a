/// The three digits that say how a request went (RFC 9110 §15).
public struct Status: Sendable, Hashable {
  public let code: Int

  public init(_ code: Int) { self.code = code }

  public static let ok = Status(200)
  public static let created = Status(201)
  public static let accepted = Status(202)
  public static let noContent = Status(204)
  public static let movedPermanently = Status(301)
  public static let found = Status(302)
  public static let seeOther = Status(303)
  public static let notModified = Status(304)
  public static let temporaryRedirect = Status(307)
  public static let permanentRedirect = Status(308)
  public static let badRequest = Status(400)
  public static let unauthorized = Status(401)
  public static let forbidden = Status(403)
  public static let notFound = Status(404)
  public static let methodNotAllowed = Status(405)
  public static let conflict = Status(409)
  public static let gone = Status(410)
  public static let preconditionFailed = Status(412)
  public static let contentTooLarge = Status(413)
  public static let uriTooLong = Status(414)
  public static let unsupportedMediaType = Status(415)
  public static let unprocessable = Status(422)
  public static let tooManyRequests = Status(429)
  public static let headerFieldsTooLarge = Status(431)
  public static let internalError = Status(500)
  public static let notImplemented = Status(501)
  public static let unavailable = Status(503)
  public static let versionNotSupported = Status(505)

  /// A short name for people.
  public var reason: String { Self.reasons[code] ?? "Status \(code)" }

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
