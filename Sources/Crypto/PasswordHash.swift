import CSodium

/// A password as storage keeps it: hashed slowly, with salt, so that a stolen database does not
/// give it away (Argon2id, RFC 9106).
public struct PasswordHash: Sendable, Equatable {
  /// The PHC text, as in `$argon2id$v=19$m=19456,t=2,p=1$…`.
  public let text: String

  /// What a guess costs: the least that OWASP recommends, or nearly nothing for tests.
  public struct Cost: Sendable {
    let passes: UInt64
    let octets: Int

    public static let standard = Cost(passes: 2, octets: 19 << 20)
    public static let cheap = Cost(passes: 1, octets: 8_192)
  }

  /// Takes a hash back that was stored.
  public init(text: String) { self.text = text }

  /// Hashes a password, in some tens of milliseconds: never on an event loop.
  ///
  /// - Throws: ``CryptoError/outOfMemory`` when the memory for it cannot be had.
  public init(of password: [UInt8], cost: Cost = .standard) throws(CryptoError) {
    Sodium.start()
    var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
    let code = crypto_pwhash_str_alg(
      &text, Self.characters(password), UInt64(password.count), cost.passes, cost.octets,
      crypto_pwhash_ALG_ARGON2ID13)
    guard code == 0 else { throw .outOfMemory }
    self.text = String(
      decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether this is the password; as slow as hashing it.
  public func matches(_ password: [UInt8]) -> Bool {
    Sodium.start()
    return crypto_pwhash_str_verify(text, Self.characters(password), UInt64(password.count)) == 0
  }

  private static func characters(_ password: [UInt8]) -> [CChar] {
    password.map(CChar.init(bitPattern:))
  }

  /// Whether it was made at another cost and should be made anew at the next sign-in.
  public func isOutdated(for cost: Cost = .standard) -> Bool {
    crypto_pwhash_str_needs_rehash(text, cost.passes, cost.octets) != 0
  }
}
