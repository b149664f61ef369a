/// A mail server to hand messages to: where it is, how to speak with it privately, who we are.
package struct Endpoint: Sendable {
  /// How a connection becomes private.
  package enum Security: String, Sendable {
    /// TLS from the first octet, as on port 465 (RFC 8314).
    case implicit
    /// STARTTLS or nothing.
    case required
    /// STARTTLS when it is offered; required as soon as there are credentials.
    case opportunistic
    /// Never TLS.
    case none
  }

  package let host: String
  package let port: UInt16
  package let security: Security
  package let credentials: Credentials?
  /// The ways of signing in that are allowed, in order of preference; a token has one of its own.
  package let mechanisms: [Mechanism]

  package init(
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
  package var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A user name with its password or access token, which no description shows.
package struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  package let user: String
  /// Whether the secret is an access token of OAuth 2.
  package let isToken: Bool
  private let secret: [UInt8]

  package init(user: String, password: [UInt8]) {
    self.user = user
    secret = password
    isToken = false
  }

  /// With an access token, which must be fresh; it is sent over TLS only.
  package init(user: String, accessToken: [UInt8]) {
    self.user = user
    secret = accessToken
    isToken = true
  }

  /// Lends the password for as long as `body` runs.
  package func withPassword<Result, Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Result
  ) throws(Failure) -> Result { try body(secret) }

  /// Lends the password or the token for as long as `body` runs.
  func withSecret<Result>(_ body: ([UInt8]) -> Result) -> Result { body(secret) }

  /// Whether name and password are printable ASCII, which looks the same to every server.
  var isPlainText: Bool {
    user.utf8.allSatisfy { 0x20...0x7E ~= $0 } && secret.allSatisfy { 0x20...0x7E ~= $0 }
  }

  package var description: String { "credentials of \(user)" }
  package var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
