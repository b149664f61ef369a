import Crypto
import Glibc
import Model
import Octets
import Storage

/// Holds guessing to a pace: so many tries an account and so many an address in a quarter of an
/// hour, counted in the database, so that a restart forgets none.
struct Throttle: Sendable {
  let tries: AccessTries
  /// The table names nobody: it keeps keyed digests.
  let key: SecretKey

  /// Counts a try, unless there were too many.
  ///
  /// - Throws: ``PageError/tooMany(_:)``.
  func admit(account email: String, from client: String, now: Timestamp) async throws {
    let limits = [
      (account(email), SignInRule.triesPerAccount), (address(client), SignInRule.triesPerAddress),
    ]
    let since = now + (.zero - SignInRule.window)
    // Asked first, so that whoever goes on trying neither fills the table nor prolongs the wait.
    for (subject, limit) in limits
    where try await tries.count(subject: subject, since: since) >= limit {
      throw PageError.tooMany(SignInRule.window)
    }
    for (subject, limit) in limits {
      try await tries.add(subject: subject, now: now)
      // And once more with this try in it, so that tries at the same time do not slip through.
      guard try await tries.count(subject: subject, since: since) <= limit else {
        throw PageError.tooMany(SignInRule.window)
      }
    }
  }

  /// Forgets an account's tries, once its owner is known to be there.
  func clear(account email: String) async throws {
    try await tries.clear(subject: account(email))
  }

  private func account(_ email: String) -> [UInt8] {
    digest("account:\(User.key(ofEmail: email))")
  }

  private func address(_ client: String) -> [UInt8] {
    digest("address:\(Self.network(of: client))")
  }

  private func digest(_ subject: String) -> [UInt8] { HMAC.sha256(Array(subject.utf8), key: key) }

  /// What one client cannot leave: its IPv4 address, or the /64 network of its IPv6 address.
  static func network(of client: String) -> String {
    var address = in6_addr()
    guard inet_pton(AF_INET6, client, &address) == 1 else { return client }
    let octets = withUnsafeBytes(of: address) { Array($0) }
    let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    if octets.starts(with: mapped) {
      return octets[12...].map { String($0) }.joined(separator: ".")
    }
    return "\(Hex.encode(Array(octets[..<8])))/64"
  }
}
