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

  package init(host: String, port: UInt16, security: Security, credentials: Credentials? = nil) {
    self.host = host
    self.port = port
    self.security = security
    self.credentials = credentials
  }

  /// As in `smtp.example.org:587`.
  package var name: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A user name with its password, which no description shows.
package struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  package let user: String
  private let secret: [UInt8]

  package init(user: String, password: [UInt8]) {
    self.user = user
    secret = password
  }

  /// Lends the password for as long as `body` runs.
  package func withPassword<Result, Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Result
  ) throws(Failure) -> Result { try body(secret) }

  package var description: String { "credentials of \(user)" }
  package var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}

/// The patience of a session at each step; RFC 5321 §4.5.3.2 gives the least values.
package struct Patience: Sendable {
  package var connect: Duration = .seconds(30)
  package var greeting: Duration = .seconds(300)
  package var command: Duration = .seconds(300)
  package var dataStart: Duration = .seconds(120)
  package var dataBlock: Duration = .seconds(180)
  package var dataEnd: Duration = .seconds(600)
  package var handshake: Duration = .seconds(60)
  package var quit: Duration = .seconds(5)

  package init() {}
}
