/// A way of signing in (RFC 4954).
public enum Mechanism: String, Sendable, CaseIterable {
  /// Neither side learns the password, and the server proves that it knows it (RFC 7677).
  case scramSHA256 = "SCRAM-SHA-256"
  /// The password stays here, but the server must keep it in the clear (RFC 2195).
  case cramMD5 = "CRAM-MD5"
  case plain = "PLAIN"
  case login = "LOGIN"
  /// An access token of OAuth 2 instead of a password, as Google and Microsoft take it.
  case xoauth2 = "XOAUTH2"

  /// The order in which passwords are offered to a server that leaves us the choice.
  public static let strongestFirst: [Mechanism] = [.scramSHA256, .cramMD5, .plain, .login]

  /// Whether the password itself stays with us.
  var hidesPassword: Bool { self == .scramSHA256 || self == .cramMD5 }

  /// What may be tried with these credentials, best first.
  ///
  /// `policy` holds what is allowed, in order of preference; a token has one way only.
  static func candidates(
    offered: [String], policy: [Mechanism], for credentials: Credentials
  ) -> [Mechanism] {
    let known = credentials.isToken ? [.xoauth2] : policy.filter { $0 != .xoauth2 }
    let usable = known.filter { offered.contains($0.rawValue) }
    guard !credentials.isPlainText else { return usable }
    // SCRAM wants names and passwords in a normal form of Unicode (RFC 4013), and servers disagree
    // about it: beyond ASCII it comes last.
    return usable.filter { $0 != .scramSHA256 } + usable.filter { $0 == .scramSHA256 }
  }
}
