import Crypto
import Model
import SMTP

/// A sender as it is stored, its password sealed, and the endpoint that it stands for.
enum SealedSender {
  /// Where the password belongs: what was sealed for one sender does not open in another.
  static func context(_ workspace: Identifier, _ sender: Identifier) -> [UInt8] {
    SealingContext.bytes(
      purpose: "sender.password", workspace: workspace.octets, row: sender.octets)
  }

  static func make(
    _ endpoint: Endpoint, id: Identifier, workspace: Identifier, keys: KeyRing
  ) -> Sender {
    let sealed = endpoint.credentials?.withPassword { password in
      keys.seal(password, for: context(workspace, id))
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
        password: try keys.open(sealed, for: context(sender.workspace, sender.id)))
    }
    return Endpoint(
      host: sender.host, port: UInt16(clamping: sender.port),
      security: Endpoint.Security(rawValue: sender.security) ?? .required,
      credentials: credentials)
  }
}
