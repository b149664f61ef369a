public import Net

/// Why a session could not be opened or has ended, by what the sender can do about it.
public enum SessionError: Error, Sendable, Equatable {
  /// Where in the conversation it happened.
  public enum Step: String, Sendable {
    case connect = "connecting"
    case greeting = "waiting for the greeting"
    case hello = "EHLO"
    case startTLS = "STARTTLS"
    case authentication = "signing in"
    case envelope = "MAIL, RCPT and DATA"
    case body = "sending the message"
    case reply = "waiting for the reply to the message"
  }

  /// The network failed.
  case network(NetError, at: Step)
  /// The server turned the whole session away.
  case refused(Reply, at: Step)
  /// The server refused user name and password.
  case wrongCredentials(Reply)
  /// The server took our sign-in without proving that it knows the password, as SCRAM has it do.
  case unprovenServer
  /// TLS is demanded, and the server does not offer it.
  case tlsNotOffered
  /// The server offers no way to sign in that we know; `offered` is what it has.
  case noMechanism(offered: [String])
  /// All of the host's addresses are ones that we may not connect to.
  case forbiddenAddress(host: String)
  /// What the server sent is not SMTP.
  case violation(String, at: Step)

  /// Whether another machine of the same name might do better.
  var isAboutTheHost: Bool {
    switch self {
    case .network, .refused(_, at: .greeting), .violation(_, at: .greeting): true
    default: false
    }
  }

  /// Whether trying again later, unchanged, may succeed.
  public var isTemporary: Bool {
    switch self {
    case .network(.tls(.certificate), _), .network(.unresolvable, _): false
    case .network, .violation: true
    // A server that has no room says so to one connection and takes the next.
    case .refused(_, at: .greeting): true
    case .refused(let reply, _): reply.severity != .permanent
    case .wrongCredentials, .unprovenServer, .tlsNotOffered, .noMechanism, .forbiddenAddress: false
    }
  }
}
