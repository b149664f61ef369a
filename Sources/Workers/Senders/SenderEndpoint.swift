import Compose
public import Crypto
public import Model
public import SMTP

/// A sender as it is stored, its password sealed, and the server that it stands for.
public enum SenderEndpoint {
  /// What a workspace keeps of a server.
  public static func sealed(
    _ endpoint: Endpoint, id: Identifier, workspace: Identifier, keys: KeyRing
  ) -> Sender {
    let sealed = endpoint.credentials?.withPassword { password in
      keys.seal(password, as: .senderPassword, workspace: workspace, row: id)
    }
    return Sender(
      id: id, workspace: workspace, name: endpoint.name, host: endpoint.host,
      port: Int(endpoint.port), security: endpoint.security.rawValue,
      user: endpoint.credentials?.user, sealedPassword: sealed)
  }

  /// The server of a stored sender of the kind `smtp`.
  ///
  /// - Throws: ``CryptoError`` when the password was sealed with another key.
  public static func of(_ sender: Sender, keys: KeyRing) throws(CryptoError) -> Endpoint {
    var credentials: Credentials?
    if let user = sender.user, let sealed = sender.sealedPassword {
      credentials = Credentials(
        user: user,
        password: try keys.open(
          sealed, as: .senderPassword, workspace: sender.workspace, row: sender.id))
    }
    return Endpoint(
      host: sender.host, port: UInt16(clamping: sender.port),
      security: Endpoint.Security(rawValue: sender.security) ?? .required,
      credentials: credentials)
  }
}
