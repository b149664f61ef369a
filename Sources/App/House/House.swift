import Crypto
import Model
import Net
import Octets
import Storage

/// The parts of a running Martlet, put together once.
struct House: Sendable {
  let folder: DataFolder
  let store: Store
  let keys: KeyRing
  let workspace: Identifier
  /// Signs public links.
  let linkKey: Secret
  let loop: EventLoop

  /// Opens the data folder: locks it, finds or makes the key, brings the schema up to date.
  static func open(
    _ configuration: Configuration, on loop: EventLoop
  ) async throws -> House {
    let installation = try await Installation.open(configuration)
    let (folder, store, keys) = (installation.folder, installation.store, installation.keys)
    let id = Identifier.new()
    let workspace = try await store.workspaces.first(
      orAdd: Workspace(
        id: id,
        sealedLinkKey: keys.seal(Random.bytes(32), for: Seal.context(.linkKey, id, id))),
      now: .now())
    let linkKey = try keys.openSecret(
      workspace.sealedLinkKey, for: Seal.context(.linkKey, workspace.id, workspace.id))
    return House(
      folder: folder, store: store, keys: keys, workspace: workspace.id, linkKey: linkKey,
      loop: loop)
  }
}
