import Octets

/// How the octets of a part travel through servers that promise no more than short lines of ASCII
/// (RFC 2045 §6).
public enum TransferEncoding: Sendable, Hashable {
  case sevenBit
  case quotedPrintable
  case base64

  /// As the field `Content-Transfer-Encoding` has it.
  public var name: StaticString {
    switch self {
    case .sevenBit: "7bit"
    case .quotedPrintable: "quoted-printable"
    case .base64: "base64"
    }
  }

  /// The encoding for a text: none where ASCII in lines of at most 998 octets allows it, otherwise
  /// the one with the shorter result.
  public static func best(for text: [UInt8]) -> TransferEncoding {
    best(for: TextSurvey(text))
  }

  static func best(for survey: TextSurvey) -> TransferEncoding {
    if survey.isSevenBit { return .sevenBit }
    return survey.quotedPrintableCount <= survey.base64Count ? .quotedPrintable : .base64
  }

  /// Appends a text in this encoding, every CR, LF or CRLF in it as CRLF.
  ///
  /// The caller sees to it that only what ``best(for:)`` allows goes out as `sevenBit`.
  public func append(text: [UInt8], to bytes: inout [UInt8]) {
    append(text: text, survey: TextSurvey(text), to: &bytes)
  }

  func append(text: [UInt8], survey: TextSurvey, to bytes: inout [UInt8]) {
    switch self {
    case .sevenBit:
      LineEndings.append(text, bareCount: survey.bareLineEndings, to: &bytes)
    case .quotedPrintable:
      QuotedPrintable.append(text, capacity: survey.quotedPrintableCapacity, to: &bytes)
    case .base64 where survey.bareLineEndings == 0:
      Base64.appendLines(text, to: &bytes)
    case .base64:
      var normalised: [UInt8] = []
      LineEndings.append(text, bareCount: survey.bareLineEndings, to: &normalised)
      Base64.appendLines(normalised, to: &bytes)
    }
  }
}
