/// How the connection to a mail server becomes private, as the database calls it.
enum SecurityMode: String, CaseIterable {
  case required, implicit, opportunistic, none

  var label: String {
    switch self {
    case .required: "STARTTLS (usual, port 587)"
    case .implicit: "TLS from the start (port 465)"
    case .opportunistic: "STARTTLS if offered (port 25)"
    case .none: "No encryption"
    }
  }

  var explanation: String {
    switch self {
    case .required: "Switches to TLS before anything is said. Without TLS nothing is sent."
    case .implicit: "The connection is encrypted from its first byte. Some call it SSL."
    case .opportunistic:
      "For relays of your own: encrypted where the server can; a password is sent only then."
    case .none: "Only for a server on this very machine. Everybody on the way could read along."
    }
  }
}
