/// Numbers that look random and are the same in every run.
struct SeededRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  /// Text of all kinds that a header may hold, spaces and encoded words in the wrong places included.
  mutating func headerText(longest: Int) -> String {
    var text = String.UnicodeScalarView()
    let pieces = [
      "=?", "?=", "=?utf-8?q?a?=", "  ", " ", " ", "\"", "\\", "e\u{301}", "👩‍👩‍👧‍👦", "_", ",",
    ]
    let style = below(3)
    while text.count < longest {
      switch (style, below(12)) {
      case (_, 0): text.append(contentsOf: pieces[below(pieces.count)].unicodeScalars)
      case (0, _), (1, 1...6): text.append(Unicode.Scalar(UInt8(0x20 + below(95))))
      case (1, _): text.append(Unicode.Scalar(UInt32(0xC0 + below(0x500))) ?? "ü")
      default:
        guard let scalar = Unicode.Scalar(UInt32(below(0x11_0000))) else { continue }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: continue
        default: text.append(scalar)
        }
      }
      if below(longest) == 0 { break }
    }
    return String(text)
  }
}
