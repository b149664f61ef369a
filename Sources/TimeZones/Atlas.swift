import Locking

/// The zones of one database folder, each read once.
///
/// A newer database is taken notice of when the program starts again.
final class Atlas: Sendable {
  static let system = Atlas(folder: "/usr/share/zoneinfo")

  private let folder: String
  private let index: ZoneIndex
  // Only names of the index get in, so it cannot grow without end.
  private let read = Lock<[String: ZoneRules]>([:])

  init(folder: String) {
    self.folder = folder
    index = ZoneIndex { SmallFile.read("\(folder)/\($0)", limit: 1 << 20) ?? [] }
  }

  var names: [String] { index.offered }
  /// Older names and other spellings too, in no order.
  var allNames: [String] { Array(index.targets.keys) }

  func zone(named name: String) throws(ZoneError) -> Zone {
    if name == Zone.utc.name { return .utc }
    guard let target = index.targets[name] else { throw .unknown }
    if let rules = read.withLock({ $0[name] }) { return Zone(name: name, rules: rules) }
    // Some systems leave out the files of older names.
    guard let rules = rules(of: name) ?? rules(of: target) else { throw .unreadable }
    read.withLock { $0[name] = rules }
    return Zone(name: name, rules: rules)
  }

  private func rules(of name: String) -> ZoneRules? {
    SmallFile.read("\(folder)/\(name)", limit: 1 << 16).flatMap(ZoneFile.read)
  }
}
