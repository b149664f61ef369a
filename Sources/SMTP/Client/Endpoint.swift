/// A mail server to hand messages to: where it is, how to speak with it privately, who we are.
public struct Endpoint: Sendable {
  /// How a connection becomes private.
  public enum Security: String, Sendable {
    /// TLS from the first octet, as on port 465 (RFC 8314).
    case implicit
    /// STARTTLS or nothing.
    case required
    /// STARTTLS when it is offered; required as soon as there are credentials.
    case opportunistic
    /// Never TLS.
    case none
  }

  public let host: String
  public let port: UInt16
  public let security: Security
  public let credentials: Credentials?
  /// The ways of signing in that are allowed, in order of preference; a token has one of its own.
  public let mechanisms: [Mechanism]

  public init(
    host: String, port: UInt16, security: Security, credentials: Credentials? = nil,
    mechanisms: [Mechanism] = Mechanism.strongestFirst
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.credentials = credentials
    self.mechanisms = mechanisms
  }

  /// As in `smtp.example.org:587`.
  public var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A user name with its password or access token, which no description shows.
public struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  public let user: String
  /// Whether the secret is an access token of OAuth 2.
  public let isToken: Bool
  private let secret: [UInt8]

  public init(user: String, password: [UInt8]) {
    self.user = user
    secret = password
    isToken = false
  }

  /// With an access token, which must be fresh; it is sent over TLS only.
  public init(user: String, accessToken: [UInt8]) {
    self.user = user
    secret = accessToken
    isToken = true
  }

  /// Lends the password for as long as `body` runs.
  public func withPassword<Result, Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Result
  ) throws(Failure) -> Result { try body(secret) }

  /// Lends the password or the token for as long as `body` runs.
  func withSecret<Result>(_ body: ([UInt8]) -> Result) -> Result { body(secret) }

  /// Whether name and password are printable ASCII, which looks the same to every server.
  var isPlainText: Bool {
    user.utf8.allSatisfy { 0x20...0x7E ~= $0 } && secret.allSatisfy { 0x20...0x7E ~= $0 }
  }

  public var description: String { "credentials of \(user)" }
  public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
