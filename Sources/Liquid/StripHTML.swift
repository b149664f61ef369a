import Octets

/// The text that is left of HTML without its tags, comments, scripts and styles.
enum StripHTML {
  /// Takes linear time, however often something is opened and never closed.
  static func strip(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = 0
    /// Openings that no closing follows any more.
    var unclosed: Set<Int> = []
    scan: while at < text.count {
      guard text[at] == UInt8(ascii: "<") else {
        result.append(text[at])
        at += 1
        continue
      }
      for (index, pair) in pairs.enumerated()
      where !unclosed.contains(index) && text[at...].starts(with: pair.opening) {
        let inside = at + pair.opening.count
        if let found = text.firstRange(ofOctets: pair.closing, from: inside) {
          at = found.upperBound
          continue scan
        }
        unclosed.insert(index)
      }
      result.append(text[at])
      at += 1
    }
    return result
  }

  private static let pairs: [(opening: [UInt8], closing: [UInt8])] = [
    (Array("<script".utf8), Array("</script>".utf8)),
    (Array("<!--".utf8), Array("-->".utf8)),
    (Array("<style".utf8), Array("</style>".utf8)),
    (Array("<".utf8), Array(">".utf8)),
  ]
}
