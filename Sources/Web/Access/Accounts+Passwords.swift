import Crypto
import Model
import Octets
import Storage

/// Checking and changing passwords.
extension Accounts {
  /// Who signs in with this address and password; `nil` also for a disabled user.
  ///
  /// It takes as long for an address that nobody has. A hash of another cost is made anew.
  ///
  /// - Throws: ``PageError/tooMany(_:)`` when too many wait.
  func user(email: String, password: String) async throws -> User? {
    let found = try await store.users.find(email: email)
    let hash = found.map { PasswordHash(text: $0.passwordHash) }
    guard try await hasher.matches(password, hash), var user = found, let hash, !user.isDisabled
    else { return nil }
    if hasher.isOutdated(hash) {
      let renewed = try await hasher.hash(password).text
      if try await store.users.renewHash(renewed, insteadOf: hash.text, of: user.id) {
        user.passwordHash = renewed
      }
    }
    return user
  }

  /// Gives the user of an address another password, and ends all their sessions.
  ///
  /// - Returns: `false` when nobody has the address.
  /// - Throws: ``Refusal/weakPassword(_:)``.
  @discardableResult
  public func resetPassword(email: String, to password: String) async throws -> Bool {
    guard let user = try await store.users.find(email: email) else { return false }
    try await setPassword(of: user, to: password)
    return true
  }

  /// - Returns: The user as they are now.
  /// - Throws: ``Refusal/weakPassword(_:)``.
  @discardableResult
  func setPassword(of user: User, to password: String, through link: [UInt8]? = nil) async throws
    -> User
  {
    if let refusal = PasswordRule.refusal(of: password, email: user.email) {
      throw Refusal.weakPassword(refusal)
    }
    let hash = try await hasher.hash(password).text
    if let link, try await store.links.use(digest: link, now: clock()) == nil {
      throw Refusal.linkUsed
    }
    try await store.users.setPassword(hash: hash, of: user.id)
    try await throttle.clear(account: user.email)
    var changed = user
    changed.passwordHash = hash
    return changed
  }
}
