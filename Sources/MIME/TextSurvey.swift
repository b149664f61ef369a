import Octets

/// What one pass over a text finds out to choose its transfer encoding and to reserve room for it.
struct TextSurvey: Sendable {
  private(set) var count = 0
  /// Octets that are not printable ASCII, space, tab, CR or LF.
  private(set) var foreign = 0
  private(set) var equalsSigns = 0
  /// Whether the octets with which all our boundaries begin are in the text.
  private(set) var holdsBoundaryStart = false
  /// Lines that end, by CRLF, CR or LF.
  private(set) var lineEndings = 0
  /// Those of them that are not CRLF.
  private(set) var bareLineEndings = 0
  /// The longest line, without its ending.
  private(set) var longestLine = 0

  init(_ text: [UInt8]) {
    text.withUnsafeBufferPointer { survey($0) }
  }

  private mutating func survey(_ text: UnsafeBufferPointer<UInt8>) {
    count = text.count
    let raw = UnsafeRawBufferPointer(text)
    var lineStart = 0
    var at = 0
    while at < text.count {
      if let word = OctetWord(raw, at: at) {
        let foreignOctets = word.foreign
        let before = OctetWord.countBefore(word.controls | word.equalsSigns)
        if foreignOctets != 0 { foreign &+= OctetWord.count(foreignOctets, before: before) }
        at &+= before
        if before == 8 { continue }
      }
      switch text[at] {
      case UInt8(ascii: "="):
        equalsSigns &+= 1
        if at + 1 < text.count, text[at + 1] == UInt8(ascii: "_") { holdsBoundaryStart = true }
      case UInt8(ascii: "\t"), 0x20...0x7E: break
      case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        longestLine = max(longestLine, at - lineStart)
        lineEndings &+= 1
        if text[at] == UInt8(ascii: "\r"), at + 1 < text.count, text[at + 1] == UInt8(ascii: "\n") {
          at &+= 1
        } else {
          bareLineEndings &+= 1
        }
        lineStart = at + 1
      default: foreign &+= 1
      }
      at &+= 1
    }
    longestLine = max(longestLine, text.count - lineStart)
  }

  /// Whether the text can travel as it is but for its line endings.
  var isSevenBit: Bool { foreign == 0 && longestLine <= 998 }

  /// About how many octets quoted-printable makes of the text.
  var quotedPrintableCount: Int {
    let content = count + 2 * (foreign + equalsSigns) + bareLineEndings
    return content + content / 75 * 3
  }

  /// How many octets base64 makes of the text.
  var base64Count: Int { Base64.linesCount(count + bareLineEndings) }

  /// More octets than quoted-printable makes of the text, whatever its lines are like.
  ///
  /// A line ending costs two octets, and up to five more for white space before it; a soft line
  /// break costs three and stands behind at least 73 others. Eight more let the encoder write
  /// whole words.
  var quotedPrintableCapacity: Int {
    let content = count + 2 * (foreign + equalsSigns) + 7 * (lineEndings + 1)
    return content + (content / 73 + 1) * 3 + 8
  }
}
