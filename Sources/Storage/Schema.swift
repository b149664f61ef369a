import CAssets
import Database

/// The history of the schema, as it travels inside the program.
enum Schema {
  static let migrations: [Migrator.Migration] = {
    var migrations: [Migrator.Migration] = []
    while let asset = martlet_migration(migrations.count)?.pointee {
      let text = UnsafeBufferPointer(start: asset.bytes, count: asset.count)
      migrations.append(
        Migrator.Migration(
          number: migrations.count + 1, name: String(cString: asset.name),
          sql: String(decoding: text, as: UTF8.self)))
    }
    return migrations
  }()
}
