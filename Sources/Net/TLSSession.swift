import COpenSSL
import Glibc

/// TLS over one connected descriptor.
///
/// Loop only, like the ``Stream`` that owns it.
final class TLSSession {
  private let ssl: OpaquePointer
  private let context: TLSContext
  private let host: String?
  private var isEstablished = false
  private var isRemembered = false

  /// A client session that checks the certificate against `host`.
  init(_ context: TLSContext, client host: String, fd: Int32) throws(NetError) {
    guard let ssl = SSL_new(context.context) else {
      throw .tls(.handshake(reason: Self.lastReason()))
    }
    self.ssl = ssl
    self.context = context
    self.host = host
    SSL_set_fd(ssl, fd)
    if Self.isIPAddress(host) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host)
    } else {
      _ = martlet_ssl_set_host_name(ssl, host)
      SSL_set1_host(ssl, host)
    }
    context.resume(ssl, host: host)
    SSL_set_connect_state(ssl)
  }

  init(server context: TLSContext, fd: Int32) throws(NetError) {
    guard let ssl = SSL_new(context.context) else {
      throw .tls(.handshake(reason: Self.lastReason()))
    }
    self.ssl = ssl
    self.context = context
    host = nil
    SSL_set_fd(ssl, fd)
    SSL_set_accept_state(ssl)
  }

  deinit { SSL_free(ssl) }

  var name: String {
    let version = SSL_get_version(ssl).map { String(cString: $0) } ?? "TLS"
    let cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) }
    return "\(version) \(cipher ?? "")"
  }

  /// Whether the handshake went on from an earlier connection.
  var isResumed: Bool { SSL_session_reused(ssl) == 1 }

  func handshake() -> IOOutcome {
    ERR_clear_error()
    let code = SSL_do_handshake(ssl)
    if code == 1 {
      isEstablished = true
      return .done(0)
    }
    return outcome(of: code, reading: true)
  }

  func read(_ room: UnsafeMutableRawBufferPointer) -> IOOutcome {
    ERR_clear_error()
    let count = SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
    if count > 0, !isRemembered { remember() }
    return count > 0 ? .done(Int(count)) : outcome(of: count, reading: true)
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> IOOutcome {
    ERR_clear_error()
    let count = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
    return count > 0 ? .done(Int(count)) : outcome(of: count, reading: false)
  }

  /// Keeps the session for the next connection: in TLS 1.3 its ticket comes with the first text, so
  /// connections opened beside this one have it as well.
  private func remember() {
    isRemembered = true
    if let host { context.remember(ssl, host: host) }
  }

  /// Keeps the session for the next connection and sends close_notify; both are best effort.
  func finish() {
    guard isEstablished else { return }
    remember()
    ERR_clear_error()
    SSL_shutdown(ssl)
    ERR_clear_error()
  }

  private func outcome(of code: Int32, reading: Bool) -> IOOutcome {
    let error = errno
    switch SSL_get_error(ssl, code) {
    case SSL_ERROR_WANT_READ: return .needsRead
    case SSL_ERROR_WANT_WRITE: return .needsWrite
    // A peer that leaves without close_notify is common and does no harm in SMTP, whose messages
    // say themselves where they end.
    case SSL_ERROR_ZERO_RETURN: return reading ? .done(0) : .failed(.closed)
    case SSL_ERROR_SYSCALL:
      if !isEstablished { return .failed(.tls(.handshake(reason: "the connection was cut"))) }
      if error == 0 { return reading ? .done(0) : .failed(.closed) }
      return .failed(.from(error, doing: reading ? "reading" : "writing"))
    default:
      let verdict = SSL_get_verify_result(ssl)
      if !isEstablished, verdict != X509_V_OK {
        let reason = X509_verify_cert_error_string(Int(verdict)).map { String(cString: $0) }
        return .failed(.tls(.certificate(reason: reason ?? "code \(verdict)", host: host ?? "")))
      }
      let reason = Self.lastReason()
      if isEstablished, reason.contains("unexpected eof") {
        return reading ? .done(0) : .failed(.closed)
      }
      return .failed(.tls(.handshake(reason: reason)))
    }
  }

  /// OpenSSL's own words for what went wrong last on this thread.
  static func lastReason() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return "no reason given" }
    if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
    return "code \(code)"
  }

  private static func isIPAddress(_ host: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
  }
}
