public import Crypto
public import Model
import Octets
import Storage

/// Links that work once.
extension Accounts {
  /// A token for `/setup?token=…`, which makes the first account.
  public func setUpToken() async throws -> Token {
    try await add(.setUp)
  }

  /// A token for `/enter?token=…`, which signs a user in without a password.
  public func signInToken(for user: User) async throws -> Token {
    try await add(.signIn, workspace: user.workspace, user: user.id)
  }

  /// A token for `/password/…`, with which a user chooses a new password.
  public func passwordToken(for user: User, by creator: User? = nil) async throws -> Token {
    try await add(.newPassword, workspace: user.workspace, user: user.id, by: creator)
  }

  /// A token for `/invitation/…`, with which somebody makes an account in a workspace.
  ///
  /// With an address the account is made for that address only.
  public func invitationToken(
    to workspace: Identifier, email: String? = nil, by creator: User? = nil
  ) async throws -> Token {
    try await add(.invitation, workspace: workspace, email: email, by: creator)
  }

  /// A link of this purpose, as long as it may be used.
  func link(_ purpose: OneTimeLink.Purpose, _ token: String) async throws -> OneTimeLink? {
    let link = try await store.links.find(digest: Token.digest(of: token.utf8), now: clock())
    return link?.purpose == purpose ? link : nil
  }

  private func add(
    _ purpose: OneTimeLink.Purpose, workspace: Identifier? = nil, user: Identifier? = nil,
    email: String? = nil, by creator: User? = nil
  ) async throws -> Token {
    let token = Token()
    let now = clock()
    try await store.links.add(
      OneTimeLink(
        purpose: purpose, workspace: workspace, user: user, email: email, creator: creator?.id,
        createdAt: now, expiresAt: now + purpose.validity),
      digest: token.digest)
    return token
  }
}
