import Crypto
import Model
import Storage

/// Where a sealed secret of the database belongs: what was sealed for one row does not open in
/// another.
enum Seal {
  static func context(
    _ kind: SealedSecrets.Secret.Kind, _ workspace: Identifier, _ row: Identifier
  ) -> [UInt8] {
    let purpose: SealedPurpose =
      switch kind {
      case .linkKey: .linkKey
      case .senderPassword: .senderPassword
      }
    return SealingContext.bytes(
      purpose: purpose.name, workspace: workspace.octets, row: row.octets)
  }
}
