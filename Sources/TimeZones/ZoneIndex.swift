import Octets

/// The names in a zone database, from its own lists.
struct ZoneIndex: Sendable {
  /// What people choose from: sorted, each city once, and `UTC`.
  let offered: [String]
  /// Every known name, and the name of the same zone whose file is sure to be there.
  let targets: [String: String]

  /// Reads the lists by their file names; one that is not there is empty.
  init(list: (String) -> [UInt8]) {
    // The second table knows the same cities by fewer names.
    var cities = Self.cities(list("zone.tab"))
    if cities.isEmpty { cities = Self.cities(list("zone1970.tab")) }
    var targets = ["UTC": "UTC"]
    for name in cities { targets[name] = name }
    for row in Self.rows(list("tzdata.zi"), separator: ASCII.space) {
      if row.count >= 2, row[0].elementsEqual("Z".utf8), let name = Self.name(row[1]) {
        targets[name] = name
      } else if row.count == 3, row[0].elementsEqual("L".utf8), let target = Self.name(row[1]),
        let name = Self.name(row[2])
      {
        targets[name] = target
      }
    }
    if cities.isEmpty { cities = Set(targets.keys) }
    self.targets = targets
    offered = cities.union(["UTC"]).sorted()
  }

  /// From lines of countries, coordinates, name and perhaps a comment, with tabs between.
  private static func cities(_ table: [UInt8]) -> Set<String> {
    Set(rows(table, separator: ASCII.tab).compactMap { $0.count >= 3 ? name($0[2]) : nil })
  }

  private static func rows(_ list: [UInt8], separator: UInt8) -> [[ArraySlice<UInt8>]] {
    list.split(separator: ASCII.lineFeed).filter { $0.first != UInt8(ascii: "#") }
      .map { $0.split(separator: separator) }
  }

  /// A name that can do no harm in a path: segments of letters, digits, `_`, `+` and `-`.
  private static func name(_ octets: ArraySlice<UInt8>) -> String? {
    let segments = octets.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isHarmless = segments.allSatisfy { segment in
      !segment.isEmpty
        && segment.allSatisfy { $0.isOfAbbreviation || $0 == UInt8(ascii: "_") }
    }
    return isHarmless && octets.count <= 64 ? String(decoding: octets, as: UTF8.self) : nil
  }
}
