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
      var number = name.isEmpty ? index + 1 : numbers[stem.lowercased(), default: 2]
      while !taken.insert("\(stem) \(number)".lowercased()).inserted { number += 1 }
      if !name.isEmpty { numbers[stem.lowercased()] = number + 1 }
      return "\(stem) \(number)"
    }
  }

  private static func trimmed(_ name: String) -> String {
    func isOutside(_ scalar: Unicode.Scalar) -> Bool {
      // A byte order mark strays in when files are glued together.
      scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}"
    }
    let scalars = name.unicodeScalars
    let rest = scalars.drop(while: isOutside)
    guard let last = rest.lastIndex(where: { !isOutside($0) }) else { return "" }
    return String(String.UnicodeScalarView(rest[...last]))
  }
}
