import Net
import SMTP
import Workers

/// What to tell a person whose mail server does not do what was hoped for.
enum SenderAdvice {
  static func sentence(_ error: SessionError, for endpoint: Endpoint) -> String {
    let name = endpoint.name
    switch error {
    case .network(.refused, .connect):
      return
        "Nobody answers at \(name): the connection was refused. Check the host and the port; usual ports are 587 and 465."
    case .network(.timedOut, .connect):
      return
        "\(name) does not answer. Check the host and the port, and whether a firewall stands between."
    case .network(.unresolvable(let host, let reason), _):
      return "There is no server called \(host) (\(reason)). Check the spelling."
    case .network(.tls(.certificate(let reason, let host)), _):
      return """
        The certificate of \(host) cannot be trusted (\(reason)), so nothing was sent. If the server \
        is your own, give its CA's certificate with SSL_CERT_FILE=ca.pem; if not, ask its operator.
        """
    case .network(.tls(let failure), _):
      return """
        TLS with \(name) failed (\(failure)). smtps:// is for ports that speak TLS at once (465), \
        smtp:// for those that begin it later (587).
        """
    case .wrongCredentials(let reply):
      return "\(name) refused the user name or the password: \(reply.line)."
        + gmailHint(endpoint.host) + " Correct them and run the command again."
    case .tlsNotOffered:
      return """
        \(name) offers no TLS, and a password must not be sent in the clear. Use the server's TLS \
        port, or smtp+unsafe:// on a network you trust.
        """
    case .noMechanism(let offered):
      let known =
        offered.isEmpty
        ? "\(name) offers no way to sign in."
        : "\(name) offers no way to sign in that is known here; it has \(offered.joined(separator: ", "))."
      return known + " Leave out the user name if none is needed."
    case .refused(let reply, let step):
      return "\(name) turned us away while \(step.rawValue): \(reply.line)."
    case .network, .violation:
      return "The conversation with \(name) failed: \(error.sentence)."
    }
  }

  private static func gmailHint(_ host: String) -> String {
    guard host.lowercased().hasSuffix("gmail.com") || host.lowercased().hasSuffix("google.com")
    else { return "" }
    return """
       Gmail takes an app password here, not the account's own: make one at \
      https://myaccount.google.com/apppasswords (it needs 2-step verification).
      """
  }
}
