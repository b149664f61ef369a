public import Crypto
public import Model

/// Sealing for the columns of the database: what was sealed for one row does not open in another.
extension KeyRing {
  public func seal(
    _ plain: [UInt8], as purpose: SealedPurpose, workspace: Identifier, row: Identifier
  ) -> [UInt8] {
    seal(plain, for: Self.context(purpose, workspace, row))
  }

  public func seal(
    _ secret: Secret, as purpose: SealedPurpose, workspace: Identifier, row: Identifier
  ) -> [UInt8] {
    seal(secret, for: Self.context(purpose, workspace, row))
  }

  /// - Throws: ``CryptoError/notSealed``, ``CryptoError/unknownKey(_:)`` or
  ///   ``CryptoError/doesNotOpen``.
  public func open(
    _ sealed: [UInt8], as purpose: SealedPurpose, workspace: Identifier, row: Identifier
  ) throws(CryptoError) -> [UInt8] {
    try open(sealed, for: Self.context(purpose, workspace, row))
  }

  /// As ``open(_:as:workspace:row:)``, for a secret that goes on living in memory.
  public func openSecret(
    _ sealed: [UInt8], as purpose: SealedPurpose, workspace: Identifier, row: Identifier
  ) throws(CryptoError) -> Secret {
    try openSecret(sealed, for: Self.context(purpose, workspace, row))
  }

  /// The same secret sealed with the current key; `nil` when it already is.
  public func reseal(
    _ sealed: [UInt8], as purpose: SealedPurpose, workspace: Identifier, row: Identifier
  ) throws(CryptoError) -> [UInt8]? {
    try reseal(sealed, for: Self.context(purpose, workspace, row))
  }

  private static func context(
    _ purpose: SealedPurpose, _ workspace: Identifier, _ row: Identifier
  ) -> [UInt8] {
    SealingContext.bytes(purpose: purpose.name, workspace: workspace.octets, row: row.octets)
  }
}
