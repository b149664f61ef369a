package import Crypto
package import Octets
package import Telemetry

/// How the pages are to behave, as the operator set it.
package struct SiteSettings: Sendable {
  /// Host names that requests may ask for, without ports; names on loopback always count.
  package var allowedHosts: [String] = []
  /// Origins besides our own whose forms are taken, as in `https://mail.example.org`.
  package var trustedOrigins: [String] = []
  /// Addresses of proxies whose `X-Forwarded-…` fields are believed.
  package var trustedProxies: [String] = []
  /// Send whoever comes by plain HTTP to HTTPS.
  package var forcesHTTPS = false
  /// Where links in messages lead, as in `https://mail.example.org`.
  package var baseURL: String?
  /// The folders for files on their way in.
  package var uploads: String
  package var attachments: String
  /// The most octets of a contact file.
  package var contactFileLimit = 200 << 20
  /// The most octets of an attachment: a quarter less than an encoded message may have.
  package var attachmentLimit = 18 << 20
  package var passwordCost = PasswordHash.Cost.standard
  package var version: String
  /// How long an answer waits for the engine, so as to show the result at once.
  package var patience = Duration.seconds(8)
  /// Whether the engine is at work; `nil` while it is, otherwise what is wrong.
  package var trouble: @Sendable () async -> String? = { nil }
  package var clock: @Sendable () -> Timestamp = { .now() }
  /// Where it is written down why a page could not be shown.
  package var log: Log?

  package init(uploads: String, attachments: String, version: String) {
    self.uploads = uploads
    self.attachments = attachments
    self.version = version
  }
}
