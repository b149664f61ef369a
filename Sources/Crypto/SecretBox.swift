import CSodium

/// Seals secrets with one key so that they can lie in the database (XChaCha20-Poly1305).
///
/// A sealed secret is: version (1 octet), key id (4), nonce (24), ciphertext, tag (16). The
/// context is authenticated with it, so what was sealed for one row does not open in another.
public struct SecretBox: Sendable {
  /// By how many octets a sealed secret is longer than the secret.
  public static let overhead = prefixSize + nonceSize + tagSize

  private static let version: UInt8 = 1
  private static let prefixSize = 1 + KeyID.size
  private static let nonceSize = 24
  private static let tagSize = 16

  private let key: SecretKey
  public let id: KeyID

  /// - Parameter master: The installation's key; the box derives its own from it.
  public init(_ master: SecretKey) {
    Sodium.start()
    key = master.subkey(for: "sealing")
    id = master.id
  }

  /// The key that `sealed` names; `nil` when it is no sealed secret.
  public static func keyID(of sealed: [UInt8]) -> KeyID? {
    guard sealed.count >= overhead, sealed.first == version else { return nil }
    return KeyID(bytes: Array(sealed[1..<prefixSize]))
  }

  public func seal(_ plain: [UInt8], for context: [UInt8]) -> [UInt8] {
    plain.withUnsafeBufferPointer { seal($0, for: context) }
  }

  public func seal(_ secret: Secret, for context: [UInt8]) -> [UInt8] {
    secret.withBytes { seal($0, for: context) }
  }

  /// - Throws: ``CryptoError/notSealed``, ``CryptoError/unknownKey(_:)`` or
  ///   ``CryptoError/doesNotOpen``.
  public func open(_ sealed: [UInt8], for context: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let sealer = Self.keyID(of: sealed) else { throw .notSealed }
    guard sealer == id else { throw .unknownKey(sealer) }
    let additional = sealed[..<Self.prefixSize] + context
    let nonce = Array(sealed[Self.prefixSize...].prefix(Self.nonceSize))
    let body = Array(sealed[(Self.prefixSize + Self.nonceSize)...])
    var plain = [UInt8](repeating: 0, count: body.count - Self.tagSize)
    let code = key.bytes.withPointer { key in
      crypto_aead_xchacha20poly1305_ietf_decrypt(
        &plain, nil, nil, body, UInt64(body.count), Array(additional), UInt64(additional.count),
        nonce, key)
    }
    guard code == 0 else { throw .doesNotOpen }
    return plain
  }

  private func seal(_ plain: UnsafeBufferPointer<UInt8>, for context: [UInt8]) -> [UInt8] {
    let prefix = [Self.version] + id.bytes
    let additional = prefix + context
    let nonce = Random.bytes(Self.nonceSize)
    var body = [UInt8](repeating: 0, count: plain.count + Self.tagSize)
    key.bytes.withPointer { key in
      _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
        &body, nil, plain.baseAddress, UInt64(plain.count), additional, UInt64(additional.count),
        nil, nonce, key)
    }
    return prefix + nonce + body
  }
}
