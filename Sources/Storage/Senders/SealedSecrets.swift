public import Database
public import Model

/// All that is sealed under the key outside the database, for a rotation of that key.
///
/// The one place that crosses workspaces, on behalf of the operator.
public struct SealedSecrets: Sendable {
  let pool: DatabasePool

  /// Seals everything anew, all of it or nothing.
  ///
  /// `reseal` gets a secret with the row it belongs to and gives its new form, `nil` to leave it.
  ///
  /// - Returns: How many secrets were changed.
  public func replaceAll<Failure: Error>(
    _ reseal: @escaping @Sendable (Secret) throws(Failure) -> [UInt8]?
  ) async throws(DatabaseError) -> Swift.Result<Int, Failure> {
    let secrets = try await pool.read { connection throws(DatabaseError) in
      var secrets: [Secret] = []
      for row in try connection.run("SELECT id, sealed_link_key FROM workspaces") {
        let id = try row.identifier("id")
        secrets.append(
          Secret(kind: .linkKey, workspace: id, row: id, sealed: try row.octets("sealed_link_key")))
      }
      for row in try connection.run(
        """
        SELECT workspace_id, id, sealed_password FROM senders WHERE sealed_password IS NOT NULL
        """)
      {
        secrets.append(
          Secret(
            kind: .senderPassword, workspace: try row.identifier("workspace_id"),
            row: try row.identifier("id"), sealed: try row.octets("sealed_password")))
      }
      return secrets
    }
    var changed: [(old: Secret, sealed: [UInt8])] = []
    do throws(Failure) {
      for secret in secrets {
        guard let sealed = try reseal(secret) else { continue }
        changed.append((secret, sealed))
      }
    } catch {
      return .failure(error)
    }
    try await write(changed)
    return .success(changed.count)
  }

  /// A sealed value and where it belongs.
  public struct Secret: Sendable {
    public enum Kind: Sendable {
      case linkKey, senderPassword
    }

    public let kind: Kind
    public let workspace: Identifier
    public let row: Identifier
    public let sealed: [UInt8]
  }

  /// Writes new forms in the place of old ones; a secret that was changed meanwhile is left alone.
  private func write(
    _ secrets: [(old: Secret, sealed: [UInt8])]
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      for (secret, sealed) in secrets {
        switch secret.kind {
        case .linkKey:
          try connection.change(
            """
            UPDATE workspaces SET sealed_link_key = \(blob: sealed)
            WHERE id = \(secret.row) AND sealed_link_key = \(blob: secret.sealed)
            """)
        case .senderPassword:
          try connection.change(
            """
            UPDATE senders SET sealed_password = \(blob: sealed)
            WHERE workspace_id = \(secret.workspace) AND id = \(secret.row)
              AND sealed_password = \(blob: secret.sealed)
            """)
        }
      }
    }
  }
}
