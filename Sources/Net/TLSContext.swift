import COpenSSL
import Glibc
import Locking

/// The rules of TLS for one kind of connection: which certificates to trust or to show.
///
/// TLS 1.2 is the oldest version spoken (RFC 8996).
public final class TLSContext: @unchecked Sendable {
  // Safe: OpenSSL locks an SSL_CTX by itself; it is not changed after init.
  let context: OpaquePointer
  private let resumable = Lock<[String: Resumable]>([:])

  private init(_ context: OpaquePointer) { self.context = context }

  deinit { SSL_CTX_free(context) }

  /// For clients: trusts the system's certificate authorities, or those of `SSL_CERT_FILE`, and
  /// demands that the certificate bears the host's name.
  public static func client() throws(NetError) -> TLSContext {
    let context = try make(TLS_client_method())
    SSL_CTX_set_default_verify_paths(context)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    martlet_ssl_ctx_keep_client_sessions(context)
    return TLSContext(context)
  }

  /// For clients that want privacy from listeners but cannot know whom they talk to.
  public static func unverifiedClient() throws(NetError) -> TLSContext {
    let context = try make(TLS_client_method())
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
    return TLSContext(context)
  }

  /// For servers, with a certificate chain and its key in PEM files.
  public static func server(
    certificate: String, key: String
  ) throws(NetError) -> TLSContext {
    let context = try make(TLS_server_method())
    let made = TLSContext(context)
    guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
      throw .tls(.unusableCertificate(path: certificate, reason: TLSSession.lastReason()))
    }
    guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1,
      SSL_CTX_check_private_key(context) == 1
    else { throw .tls(.unusableCertificate(path: key, reason: TLSSession.lastReason())) }
    return made
  }

  /// For servers, with a self-signed certificate made on the spot, for `host` and localhost.
  public static func selfSignedServer(host: String) throws(NetError) -> TLSContext {
    let context = try make(TLS_server_method())
    let made = TLSContext(context)
    guard martlet_ssl_ctx_use_self_signed(context, host) == 1 else {
      throw .tls(.unusableCertificate(path: "memory", reason: TLSSession.lastReason()))
    }
    return made
  }

  private static func make(_ method: OpaquePointer?) throws(NetError) -> OpaquePointer {
    guard let context = SSL_CTX_new(method) else {
      throw .tls(.handshake(reason: TLSSession.lastReason()))
    }
    _ = martlet_ssl_ctx_set_min_proto(context, TLS1_2_VERSION)
    martlet_ssl_ctx_set_partial_write(context)
    return context
  }

  // MARK: Resumption

  /// A session ticket that the next connection to the same host may present.
  private final class Resumable: @unchecked Sendable {
    // Safe: an SSL_SESSION is reference-counted under OpenSSL's own lock and not changed here.
    let session: OpaquePointer
    init(_ session: OpaquePointer) { self.session = session }
    deinit { SSL_SESSION_free(session) }
  }

  /// So many hosts are kept in mind.
  private static let hostsKept = 500

  /// Keeps the session of `ssl` for the next connection to `host`.
  func remember(_ ssl: OpaquePointer, host: String) {
    guard let session = SSL_get1_session(ssl) else { return }
    let kept = Resumable(session)
    guard SSL_SESSION_is_resumable(session) == 1 else { return }
    resumable.withLock { resumable in
      if resumable.count >= Self.hostsKept, resumable[host] == nil {
        // Which one goes hardly matters: it costs that host a whole handshake.
        resumable.removeValue(forKey: resumable.keys.first ?? host)
      }
      resumable[host] = kept
    }
  }

  /// Presents what was kept for `host`, if anything.
  func resume(_ ssl: OpaquePointer, host: String) {
    guard let kept = resumable.withLock({ $0[host] }) else { return }
    SSL_set_session(ssl, kept.session)
  }
}
