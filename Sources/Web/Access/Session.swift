import Crypto
import HTTP
import Model
import Octets
import Storage

/// Beginning and ending sessions.
extension Visit {
  /// Signs a user in and sends the browser on: a new token each time, and the session that the
  /// browser had before is over.
  ///
  /// - Returns: `nil` when the user has been disabled since, or has another password.
  func signIn(
    _ user: User, to path: String = "/", _ notice: Notice? = nil
  ) async throws -> Response? {
    let token = Token(bits: 256)
    guard try await site.store.sessions.begin(digest: token.digest, user: user, now: now) else {
      return nil
    }
    if let old = sessionDigest { try await site.store.sessions.end(digest: old) }
    var response = redirect(to: Response.isLocal(path) ? path : "/", notice)
    response.set(.host(Self.sessionCookie, token.text, isSecure: edge.isSecure))
    return response
  }

  /// Takes the session's cookie away.
  func signedOut(_ notice: Notice? = nil) -> Response {
    var response = redirect(to: "/login", notice)
    response.set(.host(Self.sessionCookie, "", maxAge: .zero, isSecure: edge.isSecure))
    return response
  }
}
