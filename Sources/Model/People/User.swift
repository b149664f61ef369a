public import Octets

/// Someone who signs in.
public struct User: Sendable {
  public let id: Identifier
  /// Where they work.
  public let workspace: Identifier
  /// The address they sign in with, as they wrote it.
  public var email: String
  /// How pages greet them; may be empty.
  public var name: String
  /// The PHC text.
  public var passwordHash: String
  /// May see and change every user of the installation.
  public var isAdministrator: Bool
  /// May not sign in.
  public var isDisabled: Bool
  public let createdAt: Timestamp
  /// The last time.
  public var signedInAt: Timestamp?

  public init(
    id: Identifier, workspace: Identifier, email: String, name: String, passwordHash: String,
    isAdministrator: Bool, isDisabled: Bool = false, createdAt: Timestamp,
    signedInAt: Timestamp? = nil
  ) {
    self.id = id
    self.workspace = workspace
    self.email = email
    self.name = name
    self.passwordHash = passwordHash
    self.isAdministrator = isAdministrator
    self.isDisabled = isDisabled
    self.createdAt = createdAt
    self.signedInAt = signedInAt
  }

  /// What two spellings of one sign-in address have in common.
  public static func key(ofEmail email: String) -> String { email.lowercased() }
}
