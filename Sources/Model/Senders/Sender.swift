/// A mail account that messages leave through.
public struct Sender: Sendable {
  public let id: Identifier
  public let workspace: Identifier
  public var kind: SenderKind
  /// What lists call it.
  public var name: String
  public var host: String
  public var port: Int
  /// `implicit`, `required`, `opportunistic` or `none`.
  public var security: String
  public var user: String?
  /// The password, sealed under the key outside the database.
  public var sealedPassword: [UInt8]?
  public var fromName: String
  /// The address of the From field; empty where the campaign names it.
  public var fromAddress: String
  public var replyTo: String?
  public var limits: SenderLimits
  /// How the last test went; `nil` where there was none since the last change.
  public var lastTest: SenderTest?
  public var rules = SenderRules()
  /// Set while it is stopped because its server refused the sign-in.
  public var refusal: SignInRefusal?

  public init(
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
