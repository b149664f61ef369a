import Octets

/// Text that was read from octets in some charset, as well as it could be.
public struct DecodedText: Sendable, Hashable {
  public var text: String
  /// The name of the first charset that is not known, its first 60 octets; characters beyond ASCII
  /// are then U+FFFD, unless the octets are UTF-8.
  public var unknownCharset: String?
  /// Whether octets were not what their charset allows: they are U+FFFD or a guess.
  public var isDamaged: Bool

  init(text: String, unknownCharset: String? = nil, isDamaged: Bool = false) {
    self.text = text
    self.unknownCharset = unknownCharset
    self.isDamaged = isDamaged
  }

  /// Reads octets in the charset of that name; `nil` where the message gives none.
  public init(_ octets: ArraySlice<UInt8>, label: String?) {
    let charset = label.map(Charset.init(label:)) ?? .ascii
    let isKnown = charset != nil
    let name = isKnown ? nil : label.map { DecodedText.shortened($0) }
    switch charset {
    case .utf8:
      if let text = String(validating: octets, as: UTF8.self) {
        self.init(text: text)
      } else {
        self.init(text: String(decoding: octets, as: UTF8.self), isDamaged: true)
      }
    case .latin1, .latin9, .windows1252:
      let (text, isDamaged) = DecodedText.single(octets, in: charset ?? .windows1252)
      self.init(text: text, isDamaged: isDamaged)
    case .ascii, nil:
      let isASCII = octets.allSatisfy { $0 < 0x80 }
      if !isASCII || isKnown, let text = String(validating: octets, as: UTF8.self) {
        // A label that is wrong, or none: octets that happen to be UTF-8 are hardly anything else.
        self.init(text: text, unknownCharset: name, isDamaged: !isASCII && label != nil)
      } else if isKnown {
        self.init(text: DecodedText.single(octets, in: .windows1252).0, isDamaged: true)
      } else {
        self.init(text: DecodedText.replaced(octets), unknownCharset: name, isDamaged: true)
      }
    }
  }

  private static func shortened(_ label: String) -> String {
    HeaderText(sanitising: Array(label.utf8.prefix(60))).description
  }

  private static func single(
    _ octets: ArraySlice<UInt8>, in charset: Charset
  ) -> (String, isDamaged: Bool) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(octets.count + octets.count / 8)
    var isDamaged = false
    for octet in octets {
      if octet < 0x80 {
        bytes.append(octet)
      } else if let scalar = charset.scalar(octet) {
        bytes.append(contentsOf: scalar.utf8)
      } else {
        bytes.append("\u{FFFD}")
        isDamaged = true
      }
    }
    return (String(decoding: bytes, as: UTF8.self), isDamaged)
  }

  /// Octets of which nothing is known: printable ASCII and white space may be what they seem.
  private static func replaced(_ octets: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(octets.count)
    for octet in octets {
      if 0x20...0x7E ~= octet || octet.isASCIIWhitespace {
        bytes.append(octet)
      } else {
        bytes.append("\u{FFFD}")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
