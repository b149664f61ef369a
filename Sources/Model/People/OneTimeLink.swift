public import Octets

/// A link that works once; only the digest of its token is kept.
public struct OneTimeLink: Sendable {
  public let purpose: Purpose
  /// The workspace that an invited user joins, or a user belongs to.
  public let workspace: Identifier?
  /// Whose password it sets, or who it signs in.
  public let user: Identifier?
  /// Who is invited.
  public let email: String?
  /// Who made it, `nil` for the program itself.
  ///
  /// While they are disabled it does not work.
  public let creator: Identifier?
  public let createdAt: Timestamp
  public let expiresAt: Timestamp

  public init(
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

  public enum Purpose: String, Sendable {
    /// Makes the first account.
    case setUp = "set_up"
    case invitation
    case newPassword = "new_password"
    /// Signs in without a password: the demo's way in.
    case signIn = "sign_in"

    /// How long such a link may be used.
    public var validity: Duration {
      switch self {
      case .setUp, .signIn: .seconds(24 * 3_600)
      case .invitation: .seconds(7 * 24 * 3_600)
      case .newPassword: .seconds(30 * 60)
      }
    }
  }
}
