import CSodium

/// The SHA-256 digest of octets that may come in parts.
public struct SHA256: Sendable {
  public static let size = 32
  private var state = crypto_hash_sha256_state()

  public init() { crypto_hash_sha256_init(&state) }

  public mutating func update(_ bytes: [UInt8]) {
    crypto_hash_sha256_update(&state, bytes, UInt64(bytes.count))
  }

  public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    crypto_hash_sha256_update(&state, bytes.baseAddress, UInt64(bytes.count))
  }

  /// The digest of everything so far; the value itself can go on.
  public var digest: [UInt8] {
    var copy = state
    var digest = [UInt8](repeating: 0, count: Self.size)
    crypto_hash_sha256_final(&copy, &digest)
    return digest
  }

  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.digest
  }
}

/// A fast hash of 16 to 64 octets, for cache keys and content addresses.
public enum BLAKE2b {
  /// The first `count` octets of hash, held to 16...64.
  public static func hash(_ bytes: [UInt8], count: Int = 16) -> [UInt8] {
    var hash = [UInt8](repeating: 0, count: min(max(count, 16), 64))
    crypto_generichash_blake2b(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
    return hash
  }
}
