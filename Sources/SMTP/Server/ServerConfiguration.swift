public import Net

/// What a server calls itself, offers, asks for and puts up with.
public struct ServerConfiguration: Sendable {
  /// The service extensions that EHLO may announce.
  public struct Extensions: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let pipelining = Extensions(rawValue: 1 << 0)
    public static let size = Extensions(rawValue: 1 << 1)
    public static let eightBitMIME = Extensions(rawValue: 1 << 2)
    public static let smtpUTF8 = Extensions(rawValue: 1 << 3)
    public static let enhancedStatusCodes = Extensions(rawValue: 1 << 4)
    public static let chunking = Extensions(rawValue: 1 << 5)
    public static let all: Extensions = [
      .pipelining, .size, .eightBitMIME, .smtpUTF8, .enhancedStatusCodes, .chunking,
    ]
  }

  /// Whether a user may come in with a password.
  public typealias Authenticator = @Sendable (_ user: [UInt8], _ password: [UInt8]) -> Bool

  /// The name in the banner and the replies.
  public var name = "localhost"
  public var extensions: Extensions = .all
  /// Whether the driver can do a TLS handshake.
  public var offersStartTLS = false
  /// Whether STARTTLS is kept back even where it could be done.
  public var withholdsStartTLS = false
  /// `nil`: AUTH is not offered.
  public var authenticator: Authenticator?
  /// Whether passwords may cross a connection without TLS.
  public var allowsAuthenticationInClear = false
  public var requiresTLS = false
  public var requiresAuthentication = false
  /// The longest message, in octets.
  public var longestMessage = 50 << 20
  public var mostRecipients = 1_000
  /// What EHLO announces with LIMITS, as in `MAILMAX=20` (RFC 9422); it is not enforced.
  public var limits: String?
  /// After this many bad commands the connection is closed.
  public var mostErrors = 10
  /// Off: messages are counted and examined, their octets not kept.
  public var keepsMessages = true
  public var policy = ServerPolicy.acceptAll
  /// Turns clients away from the start.
  public var outage: PortOutage?

  public init() {}
}
