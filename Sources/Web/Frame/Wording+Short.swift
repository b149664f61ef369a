extension Wording {
  /// A text of strangers in one line of a list: cut behind so many characters.
  static func short(_ text: String, _ most: Int = 200) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: most, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
  }
}
