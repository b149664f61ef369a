/// How a file's octets stand for characters.
public enum TextEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  case windows1252 = "windows-1252"

  public var name: String {
    switch self {
    case .utf8: "UTF-8"
    case .utf16LittleEndian: "UTF-16 (little endian)"
    case .utf16BigEndian: "UTF-16 (big endian)"
    case .windows1252: "Windows-1252"
    }
  }

  /// How many octets the smallest character takes in the file.
  var unit: Int {
    switch self {
    case .utf8, .windows1252: 1
    case .utf16LittleEndian, .utf16BigEndian: 2
    }
  }
}

extension TextEncoding {
  /// What the first octets of a file say about its encoding.
  struct Detection: Equatable {
    let encoding: TextEncoding
    /// Octets of the byte order mark.
    let mark: Int
    /// Whether nothing but ASCII was seen, so that what follows may still prove it wrong.
    let isOpen: Bool
  }

  /// Reads the byte order mark, or weighs well-formed UTF-8 sequences against broken ones.
  ///
  /// A text in Windows-1252 holds next to no well-formed sequences, so one slip in a UTF-8 file
  /// does not turn the whole file into gibberish: the slip is an error when its line is read.
  static func detect(_ head: [UInt8]) -> Detection {
    if head.starts(with: [0xEF, 0xBB, 0xBF]) {
      return Detection(encoding: .utf8, mark: 3, isOpen: false)
    }
    if head.starts(with: [0xFF, 0xFE]) {
      return Detection(encoding: .utf16LittleEndian, mark: 2, isOpen: false)
    }
    if head.starts(with: [0xFE, 0xFF]) {
      return Detection(encoding: .utf16BigEndian, mark: 2, isOpen: false)
    }
    let tally = head.withUnsafeBufferPointer { UTF8Check.tally($0) }
    return Detection(
      encoding: tally.broken > 0 && tally.broken >= tally.wellFormed ? .windows1252 : .utf8,
      mark: 0, isOpen: tally.broken == 0 && tally.wellFormed == 0)
  }

  /// The length in the file of `text`, which is UTF-8 made from this encoding.
  func fileLength(of text: UnsafeBufferPointer<UInt8>.SubSequence) -> Int {
    var characters = 0
    var pairs = 0
    switch self {
    case .utf8: return text.count
    case .windows1252:
      for octet in text where octet & 0xC0 != 0x80 { characters += 1 }
      return characters
    case .utf16LittleEndian, .utf16BigEndian:
      for octet in text where octet & 0xC0 != 0x80 {
        characters += 1
        if octet >= 0xF0 { pairs += 1 }
      }
      return 2 * (characters + pairs)
    }
  }
}
