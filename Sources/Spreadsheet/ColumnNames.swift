/// Makes names that people can pick from out of a file's first record.
enum ColumnNames {
  /// Trims each name; numbers those that are empty, as in `Column 3`, or were there before, as in
  /// `name 2`, the case of letters aside.
  static func distinct(_ header: Row) -> [String] {
    let names = (0..<header.count).map { trimmed(header.text($0)) }
    var taken = Set(names.map { $0.lowercased() })
    var seen: Set<String> = []
    var numbers: [String: Int] = [:]
    return names.enumerated().map { index, name in
      if !name.isEmpty, seen.insert(name.lowercased()).inserted { return name }
      let stem = name.isEmpty ? "Column" : name
      // Going on from the last number keeps a hostile header from costing its square.
      var number = max(name.isEmpty ? index + 1 : 2, numbers[stem.lowercased()] ?? 0)
      while !taken.insert("\(stem) \(number)".lowercased()).inserted { number += 1 }
      numbers[stem.lowercased()] = number + 1
      return "\(stem) \(number)"
    }
  }

  /// The name without white space around it, and with spaces for line breaks and other control
  /// characters, which must not reach a terminal.
  private static func trimmed(_ name: String) -> String {
    func isOutside(_ scalar: Unicode.Scalar) -> Bool {
      // A byte order mark strays in when files are glued together.
      scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}"
    }
    let scalars = name.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? " " : scalar
    }
    let rest = scalars.drop(while: isOutside)
    guard let last = rest.lastIndex(where: { !isOutside($0) }) else { return "" }
    return String(String.UnicodeScalarView(rest[...last]))
  }
}
