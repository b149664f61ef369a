import COpenSSL
import Dispatch

/// A key made from a password, slowly on purpose (RFC 8018 §5.2).
public enum PBKDF2 {
  /// One at a time, so that servers which ask for much work get one core and no more.
  private static let queue = DispatchQueue(label: "pbkdf2")

  /// The first 32 octets with HMAC-SHA-256, computed on a thread of its own: a million
  /// iterations take about half a second.
  ///
  /// - Returns: `nil` for what OpenSSL refuses, such as no iterations.
  public static func sha256(
    _ password: [UInt8], salt: [UInt8], iterations: Int
  ) async -> [UInt8]? {
    await withUnsafeContinuation { continuation in
      queue.async {
        continuation.resume(returning: derive(password, salt, Int32(clamping: iterations)))
      }
    }
  }

  private static func derive(
    _ password: [UInt8], _ salt: [UInt8], _ iterations: Int32
  ) -> [UInt8]? {
    var key = [UInt8](repeating: 0, count: SHA256.size)
    let done = password.withUnsafeBytes { password in
      PKCS5_PBKDF2_HMAC(
        password.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: password.count),
        salt, Int32(clamping: salt.count), iterations, EVP_sha256(), Int32(key.count), &key)
    }
    ERR_clear_error()
    return done == 1 ? key : nil
  }
}
