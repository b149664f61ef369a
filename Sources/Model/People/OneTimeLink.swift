package import Octets

/// A link that works once; only the digest of its token is kept.
package struct OneTimeLink: Sendable {
  package let purpose: Purpose
  /// The workspace that an invited user joins, or a user belongs to.
  package let workspace: Identifier?
  /// Whose password it sets, or who it signs in.
  package let user: Identifier?
  /// Who is invited.
  package let email: String?
  /// Who made it, `nil` for the program itself.
  ///
  /// While they are disabled it does not work.
  package let creator: Identifier?
  package let createdAt: Timestamp
  package let expiresAt: Timestamp

  package init(
    purpose: Purpose, workspace: Identifier? = nil, user: Identifier? = nil, email: String? = nil,
    creator: Identifier? = nil, createdAt: Timestamp, expiresAt: Timestamp
  ) {
    self.purpose = purpose
    self.workspace = workspace
    self.user = user
    self.email = email
    self.creator = creator
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }

  package enum Purpose: String, Sendable {
    /// Makes the first account.
    case setUp = "set_up"
    case invitation
    case newPassword = "new_password"
    /// Signs in without a password: the demo's way in.
    case signIn = "sign_in"

    /// How long such a link may be used.
    package var validity: Duration {
      switch self {
      case .setUp, .signIn: .seconds(24 * 3_600)
      case .invitation: .seconds(7 * 24 * 3_600)
      case .newPassword: .seconds(30 * 60)
      }
    }
  }
}
