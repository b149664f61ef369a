import Octets

/// Takes out of a style sheet or a script what only its readers need, and nothing else.
enum Minify {
  /// A style sheet without comments and without the white space that has no meaning.
  static func css(_ source: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(source.count)
    var isSpaced = false
    var at = 0
    while at < source.count {
      let octet = source[at]
      let next = at + 1 < source.count ? source[at + 1] : 0
      if octet.isSpace {
        isSpaced = true
        at += 1
      } else if octet == slash, next == star {
        let end = endOfComment(source, from: at + 2)
        let isApart = isSpaced || out.isEmpty || end == source.count || source[end].isSpace
        // Between two words that touch, a comment is what keeps them two.
        if !isApart { out += [slash, star, star, slash] }
        at = end
      } else {
        if isSpaced, let last = out.last, !opens(last), !closes(octet) { out.append(ASCII.space) }
        isSpaced = false
        if octet == closingBrace, out.last == semicolon { out.removeLast() }
        let end = endOfToken(source, from: at)
        out += source[at..<end]
        at = end
      }
    }
    return out
  }

  /// A script without lines that are comments, blank lines, and the white space around lines.
  ///
  /// A script that has texts of more than one line, or comments in the other form, stays as it is.
  static func script(_ source: [UInt8]) -> [UInt8] {
    let lines = source.split(separator: ASCII.lineFeed).map { Array($0).trimmingASCIIWhitespace }
    let isPlain = !source.contains(UInt8(ascii: "`")) && !holdsBlockComment(source)
    guard isPlain, !lines.contains(where: { $0.last == backslash }) else { return source }
    let kept = lines.filter { !$0.isEmpty && !$0.starts(with: [slash, slash]) }
    return Array(kept.joined(separator: [ASCII.lineFeed])) + [ASCII.lineFeed]
  }

  private static let slash = UInt8(ascii: "/")
  private static let star = UInt8(ascii: "*")
  private static let backslash = UInt8(ascii: "\\")
  private static let semicolon = UInt8(ascii: ";")
  private static let closingBrace = UInt8(ascii: "}")

  /// Whether white space behind this octet means nothing.
  private static func opens(_ octet: UInt8) -> Bool { "{};,:(".utf8.contains(octet) }

  /// Whether white space before this octet means nothing; before a colon it does.
  private static func closes(_ octet: UInt8) -> Bool { "{};,)".utf8.contains(octet) }

  private static func endOfComment(_ source: [UInt8], from start: Int) -> Int {
    var at = start
    while at + 1 < source.count {
      if source[at] == star, source[at + 1] == slash { return at + 2 }
      at += 1
    }
    return source.count
  }

  /// The end of a string, an escape or a single octet.
  private static func endOfToken(_ source: [UInt8], from start: Int) -> Int {
    let first = source[start]
    if first == backslash { return min(start + 2, source.count) }
    guard first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else { return start + 1 }
    var at = start + 1
    while at < source.count, source[at] != first { at += source[at] == backslash ? 2 : 1 }
    return min(at + 1, source.count)
  }

  private static func holdsBlockComment(_ source: [UInt8]) -> Bool {
    zip(source, source.dropFirst()).contains { $0 == slash && $1 == star }
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool {
    self == ASCII.space || self == ASCII.tab || self == ASCII.lineFeed
      || self == ASCII.carriageReturn || self == 0x0C
  }
}
