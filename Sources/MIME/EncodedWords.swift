import Octets

/// Text as a row of encoded words, each of whole characters (RFC 2047).
enum EncodedWords {
  /// What a word has around its payload: `=?UTF-8?Q?` and `?=`.
  private static let overhead = 12
  private static let longestWord = 75
  private static let longestLine = 76

  /// Appends text as encoded words, in Q or B, whichever is shorter.
  ///
  /// The text is valid UTF-8; `literal` is what Q may leave as it is; `column` counts the octets of
  /// the line, before and after.
  static func append(
    _ text: [UInt8], literal: OctetSet, column: inout Int, to header: inout [UInt8]
  ) {
    let escapes = text.count { $0 != ASCII.space && !literal.contains($0) }
    let isQ = text.count + 2 * escapes <= (text.count + 2) / 3 * 4
    var start = 0
    while start < text.count {
      if start > 0 {
        header.append("\r\n ")
        column = 1
      }
      // Behind a very long name a word of one character may make the line longer than wanted.
      let room = min(longestWord, longestLine - column) - overhead
      let end = max(
        fitting(text, from: start, room: room, literal: isQ ? literal : nil),
        start + characterLength(text, at: start))
      let before = header.count
      header.append(isQ ? "=?UTF-8?Q?" : "=?UTF-8?B?")
      if isQ {
        appendQ(text[start..<end], literal: literal, to: &header)
      } else {
        Base64.append(text[start..<end], to: &header)
      }
      header.append("?=")
      column += header.count - before
      start = end
    }
  }

  /// Where a word that begins at `start` must end to have at most `room` octets of payload, in B
  /// where `literal` is `nil`.
  private static func fitting(
    _ text: [UInt8], from start: Int, room: Int, literal: OctetSet?
  ) -> Int {
    var end = start
    var used = 0
    while end < text.count {
      let next = end + characterLength(text, at: end)
      if let literal {
        for octet in text[end..<next] {
          used += octet == ASCII.space || literal.contains(octet) ? 1 : 3
        }
      } else {
        used = (next - start + 2) / 3 * 4
      }
      if used > room { break }
      end = next
    }
    return end
  }

  /// How many octets the character at `index` of valid UTF-8 has.
  static func characterLength(_ text: [UInt8], at index: Int) -> Int {
    let length =
      switch text[index] {
      case ..<0xC0: 1
      case ..<0xE0: 2
      case ..<0xF0: 3
      default: 4
      }
    return min(length, text.count - index)
  }

  private static func appendQ(
    _ text: ArraySlice<UInt8>, literal: OctetSet, to header: inout [UInt8]
  ) {
    for octet in text {
      if octet == ASCII.space {
        header.append(UInt8(ascii: "_"))
      } else if literal.contains(octet) {
        header.append(octet)
      } else {
        header.append(ASCII.equals)
        header.append(hexadecimal: octet)
      }
    }
  }
}
