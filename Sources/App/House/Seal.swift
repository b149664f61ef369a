import Crypto
import Model
import Storage

/// Where a sealed secret belongs: what was sealed for one row does not open in another.
enum Seal {
  static func context(
    _ kind: SealedSecrets.Secret.Kind, _ workspace: Identifier, _ row: Identifier
  ) -> [UInt8] {
    switch kind {
    case .linkKey:
      SealingContext.bytes(
        purpose: "workspace.link_key", workspace: workspace.octets, row: row.octets)
    case .senderPassword:
      SealingContext.bytes(
        purpose: "sender.password", workspace: workspace.octets, row: row.octets)
    }
  }
}
