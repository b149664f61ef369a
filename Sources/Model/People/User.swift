package import Octets

/// Someone who signs in.
package struct User: Sendable {
  package let id: Identifier
  /// Where they work.
  package let workspace: Identifier
  /// The address they sign in with, as they wrote it.
  package var email: String
  /// How pages greet them; may be empty.
  package var name: String
  /// The PHC text.
  package var passwordHash: String
  /// May see and change every user of the installation.
  package var isAdministrator: Bool
  /// May not sign in.
  package var isDisabled: Bool
  package let createdAt: Timestamp
  /// The last time.
  package var signedInAt: Timestamp?

  package init(
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
  package static func key(ofEmail email: String) -> String { email.lowercased() }
}
