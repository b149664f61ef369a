import Octets

/// A set of ASCII octets, as two machine words that a scan asks once an octet.
struct OctetSet: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// The octets of `text`, and the ASCII letters and digits where `alphanumeric` says so.
  init(_ text: StaticString, alphanumeric: Bool = false) {
    text.withUTF8Buffer { octets in
      for octet in octets { insert(octet) }
    }
    guard alphanumeric else { return }
    for octet in UInt8(0)..<128 where octet.isASCIILetter || octet.isASCIIDigit { insert(octet) }
  }

  private mutating func insert(_ octet: UInt8) {
    let bit: UInt64 = 1 &<< UInt64(octet & 63)
    if octet < 64 { low |= bit } else if octet < 128 { high |= bit }
  }

  @inline(__always)
  func contains(_ octet: UInt8) -> Bool {
    let word = octet < 64 ? low : high
    return octet < 128 && (word &>> UInt64(octet & 63)) & 1 == 1
  }

  /// What an unquoted word of a mailbox may hold (RFC 5322 §3.2.3).
  static let atext = OctetSet("!#$%&'*+-/=?^_`{|}~", alphanumeric: true)
  /// What a label of a domain may hold.
  static let label = OctetSet("-", alphanumeric: true)
  /// What a MIME type or parameter name may hold (RFC 2045 §5.1).
  static let token = OctetSet("!#$%&'*+-.^_`{|}~", alphanumeric: true)
  /// What an extended parameter may hold as it is (RFC 2231 §7).
  static let extendedValue = OctetSet("!#$&+-.^_`{|}~", alphanumeric: true)
  /// What Q encoding may leave as it is in a display name (RFC 2047 §5 rule 3).
  static let phrase = OctetSet("!*+-/", alphanumeric: true)
  /// What Q encoding may leave as it is in unstructured text.
  static let unstructured = OctetSet("!\"#$%&'()*+,-./:;<>@[\\]^`{|}~", alphanumeric: true)
}
