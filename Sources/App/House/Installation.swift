import Crypto
import Storage

/// What an installation has on disk: its folder, its database, and the key that seals secrets.
struct Installation: Sendable {
  let folder: DataFolder
  let store: Store
  let keys: KeyRing

  /// Opens the data folder: locks it, finds or makes the key, brings the schema up to date.
  static func open(_ configuration: Configuration) async throws -> Installation {
    try configuration.requireEmbeddedDatabase()
    let folder = try DataFolder(configuration.dataFolder)
    let keys = try keyRing(of: folder, configuration)
    let (store, _) = try await Store.open(path: folder.database)
    return Installation(folder: folder, store: store, keys: keys)
  }

  private static func keyRing(
    of folder: DataFolder, _ configuration: Configuration
  ) throws -> KeyRing {
    if let text = configuration[.secretKey] { return KeyRing(current: try SecretKey(text: text)) }
    return try folder.keyFile.readOrCreate().ring
  }
}
