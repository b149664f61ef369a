import Octets

/// Reads encoded words, `=?charset?Q?text?=`, and what stands between them (RFC 2047).
///
/// Broken words are read where their parts can be told apart, and stay as written where not.
enum EncodedWordReader {
  /// Longer names of charsets are none.
  private static let longestCharset = 75

  /// Text for people, on one line.
  static func read(_ value: [UInt8]) -> DecodedText {
    var reading = Reading()
    let plain = value.firstIndex(of: ASCII.equals) == nil
    if plain {
      reading.appendPlain(value[...])
    } else {
      read(value, into: &reading)
    }
    return reading.end()
  }

  private static func read(_ value: [UInt8], into reading: inout Reading) {
    var plainStart = 0
    var at = 0
    // Once no word's end is found, no later word has one: looking again would be quadratic.
    var endsAreLeft = true
    while endsAreLeft, at + 1 < value.count {
      guard value[at] == ASCII.equals, value[at + 1] == ASCII.question,
        let opening = Opening(value, at: at)
      else {
        at += 1
        continue
      }
      guard let end = wordEnd(value, from: opening.textStart) else {
        endsAreLeft = false
        break
      }
      reading.appendPlain(value[plainStart..<at])
      reading.append(opening.content(value[opening.textStart..<end]), label: opening.charset)
      at = end + 2
      plainStart = at
    }
    reading.appendPlain(value[plainStart...])
  }

  /// Where the `?=` of a word begins.
  private static func wordEnd(_ value: [UInt8], from start: Int) -> Int? {
    var at = start
    while at + 1 < value.count {
      if value[at] == ASCII.question, value[at + 1] == ASCII.equals { return at }
      at += 1
    }
    return nil
  }

  /// The part of a word before its text.
  private struct Opening {
    let charset: String
    let isBase64: Bool
    let textStart: Int

    init?(_ value: [UInt8], at start: Int) {
      var at = start + 2
      let limit = min(value.count, at + longestCharset)
      while at < limit, value[at] != ASCII.question {
        if value[at] <= ASCII.space || value[at] >= 0x7F { return nil }
        at += 1
      }
      guard at < limit, at > start + 2, at + 2 < value.count, value[at + 2] == ASCII.question
      else { return nil }
      switch value[at + 1].lowercasedASCII {
      case UInt8(ascii: "b"): isBase64 = true
      case UInt8(ascii: "q"): isBase64 = false
      default: return nil
      }
      // A language may follow the charset (RFC 2231 §5).
      charset = String(
        decoding: value[(start + 2)..<at].prefix { $0 != UInt8(ascii: "*") }, as: UTF8.self)
      textStart = at + 3
    }

    func content(_ text: ArraySlice<UInt8>) -> [UInt8] {
      if isBase64 { return LenientBase64.decode(text)?.content ?? Array(text) }
      var content: [UInt8] = []
      content.reserveCapacity(text.count)
      var at = text.startIndex
      while at < text.endIndex {
        let octet = text[at]
        if octet == ASCII.equals, at + 2 < text.endIndex,
          let high = Hexadecimal.value(text[at + 1]), let low = Hexadecimal.value(text[at + 2])
        {
          content.append(high &<< 4 | low)
          at += 3
        } else {
          content.append(octet == UInt8(ascii: "_") ? ASCII.space : octet)
          at += 1
        }
      }
      return content
    }
  }

  /// What was read so far; the words of one charset wait for each other, because characters may
  /// lie in two of them.
  private struct Reading {
    private var result = DecodedText(text: "")
    private var waiting: [UInt8] = []
    private var label: String?

    mutating func appendPlain(_ plain: ArraySlice<UInt8>) {
      if plain.isEmpty { return }
      // White space between two words is there only to part them.
      let isSeparator = label != nil && plain.allSatisfy(\.isASCIIWhitespace)
      if isSeparator {
        separator = plain
        return
      }
      flush()
      take(DecodedText(plain, label: nil))
    }

    /// White space behind a word, which counts only if no other word follows.
    private var separator: ArraySlice<UInt8> = []

    mutating func append(_ content: [UInt8], label word: String) {
      separator = []
      if let label, !label.utf8.lowercasedASCII.elementsEqual(word.utf8.lowercasedASCII) {
        flush()
      }
      label = word
      waiting += content
    }

    private mutating func flush() {
      guard let label else { return }
      take(DecodedText(waiting[...], label: label))
      if !separator.isEmpty { take(DecodedText(separator, label: nil)) }
      waiting = []
      separator = []
      self.label = nil
    }

    private mutating func take(_ piece: DecodedText) {
      result.text += piece.text
      result.unknownCharset = result.unknownCharset ?? piece.unknownCharset
      result.isDamaged = result.isDamaged || piece.isDamaged
    }

    mutating func end() -> DecodedText {
      flush()
      if result.text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) {
        result.text = HeaderText(sanitising: result.text).description
      }
      return result
    }
  }
}
