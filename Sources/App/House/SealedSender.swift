import Crypto
import Model
import SMTP
import Workers

/// A sender as it is stored, its password sealed, and the endpoint that it stands for.
enum SealedSender {
  static func make(
    _ endpoint: Endpoint, id: Identifier, workspace: Identifier, keys: KeyRing
  ) -> Sender {
    SenderEndpoint.sealed(endpoint, id: id, workspace: workspace, keys: keys)
  }

  /// The endpoint of a stored sender.
  ///
  /// - Throws: ``CryptoError`` when the password was sealed with another key.
  static func endpoint(_ sender: Sender, keys: KeyRing) throws(CryptoError) -> Endpoint {
    try SenderEndpoint.of(sender, keys: keys)
  }
}
