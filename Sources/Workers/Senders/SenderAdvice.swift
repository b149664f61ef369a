import Net
public import SMTP

/// What to tell a person whose mail server does not do what was hoped for.
public enum SenderAdvice {
  /// Where the person reads it, and so what can be done there.
  public enum Place: Sendable {
    case commandLine
    case page
  }

  public static func sentence(
    _ error: SessionError, for endpoint: Endpoint, on place: Place = .commandLine
  ) -> String {
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
    case .network(.notLookedUp(let host, let reason), _):
      return """
        The name \(host) could not be looked up (\(reason)). Check the spelling, and whether this \
        machine has a network.
        """
    case .network(.tls(let failure), _): return tls(failure, endpoint, place)
    case .wrongCredentials(let reply):
      let remedy =
        place == .commandLine ? "Correct them and run the command again." : "Enter them again."
      return "\(name) refused the user name or the password: \(reply.line)."
        + gmailHint(endpoint.host) + " " + remedy
    case .unprovenServer:
      return """
        \(name) did not prove that it knows the password, so it may not be the server you mean. \
        Nothing was sent. Check the host, and ask the server's operator.
        """
    case .tlsNotOffered:
      let remedy =
        place == .commandLine
        ? "Use the server's TLS port, or smtp+unsafe:// on a network you trust."
        : "Choose “TLS from the start” and the server's port for it (465)."
      return "\(name) offers no TLS, and a password must not be sent in the clear. " + remedy
    case .noMechanism(let offered):
      let known =
        offered.isEmpty
        ? "\(name) offers no way to sign in."
        : "\(name) offers no way to sign in that is known here; it has \(offered.joined(separator: ", "))."
      return known + " Leave out the user name if none is needed."
    case .refused(let reply, let step):
      return "\(name) turned us away while \(step.rawValue): \(reply.line)."
    case .forbiddenAddress(let host):
      return """
        \(host) is at a private address, and this Martlet connects to public mail servers only, \
        because anybody may register here. Its administrator can allow the address.
        """
    case .violation where place == .page:
      // What another service says at its door is not for everybody's eyes.
      return "What answers at \(name) is not a mail server. Check the host and the port."
    case .network, .violation:
      return "The conversation with \(name) failed: \(error.sentence)."
    }
  }

  private static func tls(_ failure: TLSFailure, _ endpoint: Endpoint, _ place: Place) -> String {
    if case .certificate(let reason, let host) = failure {
      let remedy =
        place == .commandLine
        ? "If the server is your own, give its CA's certificate with SSL_CERT_FILE=ca.pem; if not, ask its operator."
        : "Check that the host is spelt as in the server's certificate; if it is, ask the server's operator."
      return
        "The certificate of \(host) cannot be trusted (\(reason)), so nothing was sent. \(remedy)"
    }
    let remedy =
      place == .commandLine
      ? "smtps:// is for ports that speak TLS at once (465), smtp:// for those that begin it later (587)."
      : "Choose “TLS from the start” for port 465, and STARTTLS for port 587."
    return "TLS with \(endpoint.name) failed (\(failure)). \(remedy)"
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
