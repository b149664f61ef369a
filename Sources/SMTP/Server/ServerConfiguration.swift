package import Net

/// What a server calls itself, offers, asks for and puts up with.
package struct ServerConfiguration: Sendable {
  /// The service extensions that EHLO may announce.
  package struct Extensions: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let pipelining = Extensions(rawValue: 1 << 0)
    package static let size = Extensions(rawValue: 1 << 1)
    package static let eightBitMIME = Extensions(rawValue: 1 << 2)
    package static let smtpUTF8 = Extensions(rawValue: 1 << 3)
    package static let enhancedStatusCodes = Extensions(rawValue: 1 << 4)
    package static let chunking = Extensions(rawValue: 1 << 5)
    package static let all: Extensions = [
      .pipelining, .size, .eightBitMIME, .smtpUTF8, .enhancedStatusCodes, .chunking,
    ]
  }

  /// Whether a user may come in with a password.
  package typealias Authenticator = @Sendable (_ user: [UInt8], _ password: [UInt8]) -> Bool

  /// The name in the banner and the replies.
  package var name = "localhost"
  package var extensions: Extensions = .all
  /// Whether the driver can do a TLS handshake.
  package var offersStartTLS = false
  /// Whether STARTTLS is kept back even where it could be done.
  package var withholdsStartTLS = false
  /// `nil`: AUTH is not offered.
  package var authenticator: Authenticator?
  /// Whether passwords may cross a connection without TLS.
  package var allowsAuthenticationInClear = false
  package var requiresTLS = false
  package var requiresAuthentication = false
  /// The longest message, in octets.
  package var longestMessage = 50 << 20
  package var mostRecipients = 1_000
  /// What EHLO announces with LIMITS, as in `MAILMAX=20` (RFC 9422); it is not enforced.
  package var limits: String?
  /// After this many bad commands the connection is closed.
  package var mostErrors = 10
  /// Off: messages are counted and examined, their octets not kept.
  package var keepsMessages = true
  package var policy = ServerPolicy.acceptAll
  /// Turns clients away from the start.
  package var outage: PortOutage?

  package init() {}
}
