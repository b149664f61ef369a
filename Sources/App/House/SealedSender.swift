import Crypto
import Model
import SMTP
import Storage

/// A sender as it is stored, its password sealed, and the endpoint that it stands for.
enum SealedSender {
  static func make(
    _ endpoint: Endpoint, id: Identifier, workspace: Identifier, keys: KeyRing
  ) -> Sender {
    let sealed = endpoint.credentials?.withPassword { password in
      keys.seal(password, for: Seal.context(.senderPassword, workspace, id))
    }
    return Sender(
      id: id, workspace: workspace, name: endpoint.name, host: endpoint.host,
      port: Int(endpoint.port), security: endpoint.security.rawValue,
      user: endpoint.credentials?.user, sealedPassword: sealed)
  }

  /// The endpoint of a stored sender.
  ///
  /// - Throws: ``CryptoError`` when the password was sealed with another key.
  static func endpoint(_ sender: Sender, keys: KeyRing) throws(CryptoError) -> Endpoint {
    var credentials: Credentials?
    if let user = sender.user, let sealed = sender.sealedPassword {
      credentials = Credentials(
        user: user,
        password: try keys.open(
          sealed, for: Seal.context(.senderPassword, sender.workspace, sender.id)))
    }
    return Endpoint(
      host: sender.host, port: UInt16(clamping: sender.port),
      security: Endpoint.Security(rawValue: sender.security) ?? .required,
      credentials: credentials)
  }
}
