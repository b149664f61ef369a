import Glibc

/// What can go wrong between two sockets, by what the caller can do about it.
public enum NetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name has no address; `reason` is the resolver's.
  case unresolvable(host: String, reason: String)
  /// The resolver could not find out whether the name has an address; later it may.
  case notLookedUp(host: String, reason: String)
  /// Nobody listens there.
  case refused
  /// No answer in time.
  case timedOut
  /// The other side closed or reset the connection.
  case closed
  /// TLS could not be agreed on.
  case tls(TLSFailure)
  /// Anything else the system says.
  case system(Int32, doing: String)

  public var description: String {
    switch self {
    case .unresolvable(let host, let reason): "the name \(host) could not be resolved (\(reason))"
    case .notLookedUp(let host, let reason): "the name \(host) could not be looked up (\(reason))"
    case .refused: "the connection was refused"
    case .timedOut: "no answer in time"
    case .closed: "the other side closed the connection"
    case .tls(let failure): failure.description
    case .system(let code, let doing): "\(doing) failed: \(String(cString: strerror(code)))"
    }
  }

  /// The error for a code that a socket call left behind.
  static func from(_ code: Int32, doing: String) -> NetError {
    switch code {
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .timedOut
    case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN: .closed
    default: .system(code, doing: doing)
    }
  }
}

/// Why a TLS handshake was broken off.
public enum TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The certificate is not to be trusted; `reason` is OpenSSL's, `host` the name asked for.
  case certificate(reason: String, host: String)
  /// The two sides could not agree.
  case handshake(reason: String)
  /// The certificate or key file of our own server is of no use.
  case unusableCertificate(path: String, reason: String)

  public var description: String {
    switch self {
    case .certificate(let reason, let host):
      "the certificate of \(host) cannot be trusted (\(reason))"
    case .handshake(let reason): "TLS could not be agreed on (\(reason))"
    case .unusableCertificate(let path, let reason):
      "the certificate or key in \(path) cannot be used (\(reason))"
    }
  }
}
