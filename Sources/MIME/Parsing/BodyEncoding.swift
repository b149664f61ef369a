import Octets

/// How the octets of a received part were made fit for the way (RFC 2045 §6).
public enum BodyEncoding: Sendable, Hashable {
  /// 7bit, 8bit, binary, or nothing that is known.
  case identity
  case quotedPrintable
  case base64

  /// Reads the field's unfolded value, a comment or what follows a `;` left out; `nil` for an
  /// encoding that is not known.
  init?(_ value: [UInt8]) {
    let end = value.firstIndex { $0 == ASCII.semicolon || $0 == UInt8(ascii: "(") }
    let name = value[..<(end ?? value.endIndex)].trimmingASCIIWhitespace
    if name.equalsIgnoringASCIICase("base64") {
      self = .base64
    } else if name.equalsIgnoringASCIICase("quoted-printable") {
      self = .quotedPrintable
    } else if name.isEmpty || name.equalsIgnoringASCIICase("7bit")
      || name.equalsIgnoringASCIICase("8bit") || name.equalsIgnoringASCIICase("binary")
    {
      self = .identity
    } else {
      return nil
    }
  }

  /// The octets that were encoded, as far as they can be told, and what was wrong.
  func decode(_ body: ArraySlice<UInt8>) -> (content: ArraySlice<UInt8>, defect: MessageDefect?) {
    switch self {
    case .identity: return (body, nil)
    case .base64:
      // What cannot be base64 is most likely text that somebody decoded on the way.
      guard let (content, isWellFormed) = LenientBase64.decode(body) else {
        return (body, .malformedBase64)
      }
      return (content[...], isWellFormed ? nil : .malformedBase64)
    case .quotedPrintable:
      guard body.contains(ASCII.equals) else {
        return (QuotedPrintable.decode(Array(body))[...], nil)
      }
      let isWellFormed = BodyEncoding.holdsOnlyEscapes(body)
      let content = QuotedPrintable.decode(Array(body))
      return (content[...], isWellFormed ? nil : .malformedQuotedPrintable)
    }
  }

  /// Whether every `=` begins two hexadecimal digits or ends its line.
  private static func holdsOnlyEscapes(_ body: ArraySlice<UInt8>) -> Bool {
    var at = body.startIndex
    while let sign = body[at...].firstIndex(of: ASCII.equals) {
      at = sign + 1
      if at + 1 < body.endIndex, Hexadecimal.value(body[at]) != nil,
        Hexadecimal.value(body[at + 1]) != nil
      {
        at += 2
        continue
      }
      while at < body.endIndex, body[at] != ASCII.lineFeed {
        guard body[at].isASCIIWhitespace else { return false }
        at += 1
      }
    }
    return true
  }
}
