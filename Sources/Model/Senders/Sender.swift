/// A mail account that messages leave through.
package struct Sender: Sendable {
  package let id: Identifier
  package let workspace: Identifier
  package var kind: SenderKind
  /// What lists call it.
  package var name: String
  package var host: String
  package var port: Int
  /// `implicit`, `required`, `opportunistic` or `none`.
  package var security: String
  package var user: String?
  /// The password, sealed under the key outside the database.
  package var sealedPassword: [UInt8]?
  package var fromName: String
  /// The address of the From field; empty where the campaign names it.
  package var fromAddress: String
  package var replyTo: String?
  package var limits: SenderLimits
  /// How the last test went; `nil` where there was none since the last change.
  package var lastTest: SenderTest?
  package var rules = SenderRules()
  /// Set while it is stopped because its server refused the sign-in.
  package var refusal: SignInRefusal?

  package init(
    id: Identifier, workspace: Identifier, kind: SenderKind = .smtp, name: String, host: String,
    port: Int, security: String, user: String?, sealedPassword: [UInt8]?, fromName: String = "",
    fromAddress: String = "", replyTo: String? = nil,
    limits: SenderLimits = SenderLimits(), lastTest: SenderTest? = nil
  ) {
    self.id = id
    self.workspace = workspace
    self.kind = kind
    self.name = name
    self.host = host
    self.port = port
    self.security = security
    self.user = user
    self.sealedPassword = sealedPassword
    self.fromName = fromName
    self.fromAddress = fromAddress
    self.replyTo = replyTo
    self.limits = limits
    self.lastTest = lastTest
  }
}
