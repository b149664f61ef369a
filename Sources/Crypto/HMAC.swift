import COpenSSL
import CSodium

/// Message authentication by a shared key of any length (RFC 2104).
public enum HMAC {
  public static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    sha256(message, key: key, count: key.count)
  }

  public static func sha256(_ message: [UInt8], key: Secret) -> [UInt8] {
    key.withPointer { sha256(message, key: $0, count: key.count) }
  }

  public static func sha256(_ message: [UInt8], key: SecretKey) -> [UInt8] {
    sha256(message, key: key.bytes)
  }

  private static func sha256(
    _ message: [UInt8], key: UnsafePointer<UInt8>, count: Int
  ) -> [UInt8] {
    var state = crypto_auth_hmacsha256_state()
    defer { sodium_memzero(&state, MemoryLayout.size(ofValue: state)) }
    var code = [UInt8](repeating: 0, count: SHA256.size)
    crypto_auth_hmacsha256_init(&state, key, count)
    crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
    crypto_auth_hmacsha256_final(&state, &code)
    return code
  }

  /// With MD5, for CRAM-MD5 (RFC 2195) and nothing else.
  ///
  /// - Returns: `nil` where the machine's OpenSSL does without MD5, as under FIPS rules.
  public static func md5(_ message: [UInt8], key: [UInt8]) -> [UInt8]? {
    var code = [UInt8](repeating: 0, count: 16)
    var length = 0
    let done = EVP_Q_mac(
      nil, "HMAC", nil, "MD5", nil, key, key.count, message, message.count, &code, code.count,
      &length)
    ERR_clear_error()
    return done != nil && length == code.count ? code : nil
  }
}
