import Octets

/// The name under which a received file may be shown and kept, whatever its sender called it.
enum SafeFileName {
  /// Most systems know no longer names.
  private static let longest = 200

  /// The last component of a path, without what hides, reorders or steers on any system.
  ///
  /// - Returns: `nil` when nothing is left.
  static func make(_ name: String) -> String? {
    var safe = String.UnicodeScalarView()
    let parts = name.unicodeScalars.split { $0 == "/" || $0 == "\\" }
    for scalar in parts.last ?? Substring.UnicodeScalarView() {
      if scalar.isControl || scalar != " " && scalar.isInvisible && !scalar.isSpace { continue }
      let isSteering = "<>:\"|?*".unicodeScalars.contains(scalar)
      safe.append(isSteering ? "_" : scalar.isSpace ? " " : scalar)
    }
    let isEdge: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "." }
    var kept = safe[...].drop(while: isEdge)
    while let last = kept.last, isEdge(last) { kept.removeLast() }
    guard !kept.isEmpty else { return nil }
    return shortened(kept)
  }

  /// A long name loses its middle, so that it keeps its extension.
  private static func shortened(_ name: Substring.UnicodeScalarView) -> String {
    guard String(name).utf8.count > longest else { return String(name) }
    var tail = String.UnicodeScalarView()
    let dot = name.lastIndex(of: ".") ?? name.endIndex
    if name.distance(from: dot, to: name.endIndex) <= 12 { tail.append(contentsOf: name[dot...]) }
    var short = String.UnicodeScalarView()
    var left = longest - String(tail).utf8.count
    for scalar in name[..<dot] {
      left -= scalar.utf8.count
      if left < 0 { break }
      short.append(scalar)
    }
    return String(short) + String(tail)
  }
}

extension Unicode.Scalar {
  fileprivate var isSpace: Bool { properties.generalCategory == .spaceSeparator }
}
