public import Crypto
public import Octets
public import Telemetry

/// How the pages are to behave, as the operator set it.
public struct SiteSettings: Sendable {
  /// Host names that requests may ask for, without ports; names on loopback always count.
  public var allowedHosts: [String] = []
  /// Origins besides our own whose forms are taken, as in `https://mail.example.org`.
  public var trustedOrigins: [String] = []
  /// Addresses of proxies whose `X-Forwarded-…` fields are believed.
  public var trustedProxies: [String] = []
  /// Send whoever comes by plain HTTP to HTTPS.
  public var forcesHTTPS = false
  /// Where links in messages lead, as in `https://mail.example.org`.
  public var baseURL: String?
  /// The folders for files on their way in.
  public var uploads: String
  public var attachments: String
  /// The most octets of a contact file.
  public var contactFileLimit = 200 << 20
  /// The most octets of an attachment: a quarter less than an encoded message may have.
  public var attachmentLimit = 18 << 20
  public var passwordCost = PasswordHash.Cost.standard
  public var version: String
  /// How long an answer waits for the engine, so as to show the result at once.
  public var patience = Duration.seconds(8)
  /// Whether the engine is at work; `nil` while it is, otherwise what is wrong.
  public var trouble: @Sendable () async -> String? = { nil }
  public var clock: @Sendable () -> Timestamp = { .now() }
  /// Where it is written down why a page could not be shown.
  public var log: Log?

  public init(uploads: String, attachments: String, version: String) {
    self.uploads = uploads
    self.attachments = attachments
    self.version = version
  }
}
