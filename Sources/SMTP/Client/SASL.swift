import MIME

/// The ways of signing in that we know (RFC 4954), best first.
enum SASL: String, CaseIterable {
  case plain = "PLAIN"
  case login = "LOGIN"

  /// The best one that the server offers.
  static func best(of offered: [String]) -> SASL? {
    allCases.first { offered.contains($0.rawValue) }
  }

  /// What the client says first, and in answer to each challenge; already in base64.
  func steps(for credentials: Credentials) -> (initial: [UInt8]?, answers: [[UInt8]]) {
    let user = [UInt8](credentials.user.utf8)
    return credentials.withPassword { password in
      switch self {
      // RFC 4616: authorisation identity (none), NUL, user, NUL, password.
      case .plain: (base64([0] + user + [0] + password), [])
      case .login: (nil, [base64(user), base64(password)])
      }
    }
  }
}

private func base64(_ octets: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  Base64.append(octets, to: &text)
  return text
}
