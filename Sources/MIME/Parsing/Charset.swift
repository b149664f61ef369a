import Octets

/// A way to write text as octets that is understood here.
public enum Charset: Sendable, Hashable {
  case ascii, utf8, latin1, latin9, windows1252

  /// The charset of that name, in whatever case a message has it; `nil` for an unknown one.
  public init?(label: String) {
    let key = label.utf8.trimmingASCIIWhitespace
    guard key.count <= 20,
      let charset = Charset.byLabel[String(decoding: key.lowercasedASCII, as: UTF8.self)]
    else { return nil }
    self = charset
  }

  private static let byLabel: [String: Charset] = [
    "us-ascii": .ascii, "ascii": .ascii, "ansi_x3.4-1968": .ascii, "646": .ascii,
    "utf-8": .utf8, "utf8": .utf8, "unicode-1-1-utf-8": .utf8,
    "iso-8859-1": .latin1, "iso8859-1": .latin1, "iso_8859-1": .latin1, "8859-1": .latin1,
    "latin1": .latin1, "latin-1": .latin1, "l1": .latin1,
    "iso-8859-15": .latin9, "iso8859-15": .latin9, "iso_8859-15": .latin9, "latin9": .latin9,
    "latin-9": .latin9, "l9": .latin9,
    "windows-1252": .windows1252, "cp1252": .windows1252, "x-cp1252": .windows1252,
    "cp-1252": .windows1252,
  ]

  /// The character that an octet stands for in a charset of one octet per character.
  ///
  /// 0x80 to 0x9F of ISO 8859-1 are control characters that nobody sends: they are read as in
  /// Windows-1252, like every mail program does.
  ///
  /// - Returns: `nil` for an octet without meaning.
  func scalar(_ octet: UInt8) -> Unicode.Scalar? {
    if octet < 0x80 { return Unicode.Scalar(octet) }
    switch self {
    case .ascii, .utf8: return nil
    case .latin9:
      switch octet {
      case 0xA4: return "€"
      case 0xA6: return "Š"
      case 0xA8: return "š"
      case 0xB4: return "Ž"
      case 0xB8: return "ž"
      case 0xBC: return "Œ"
      case 0xBD: return "œ"
      case 0xBE: return "Ÿ"
      default: break
      }
    case .latin1, .windows1252: break
    }
    guard octet < 0xA0 else { return Unicode.Scalar(octet) }
    let value = Charset.windows[Int(octet & 0x1F)]
    return value == 0 ? nil : Unicode.Scalar(value)
  }

  /// 0x80 to 0x9F of Windows-1252; 0 for the five without meaning.
  private static let windows: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
}
