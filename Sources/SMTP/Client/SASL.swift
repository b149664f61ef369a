import Octets

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
  let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: octets.count, by: 3) {
    let group = octets[start..<min(start + 3, octets.count)]
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for index in 0..<4 {
      text.append(
        index <= group.count ? alphabet[bits >> (18 - 6 * index) & 0x3F] : ASCII.equals)
    }
  }
  return text
}
