/// Something in a received message that no rule allows; the message was read all the same.
public enum MessageDefect: Sendable, Hashable {
  /// A header began with a folded line.
  case continuationWithoutField
  /// A line began with a colon.
  case fieldWithoutName
  /// A mailbox file's `From ` line stood among the fields.
  case misplacedEnvelopeLine
  /// The header ended without an empty line: by a line that is no field, or by a boundary.
  case noEmptyLine
  /// More fields than ``ParsedMessage/mostFields``; the others were left out.
  case tooManyFields
  /// More parts than ``ParsedMessage/mostParts``; the others were left out.
  case tooManyParts
  /// Parts nested deeper than ``ParsedMessage/deepestPart``, or encoded again and again; the inner
  /// ones are content.
  case tooDeep
  /// The content type is not `type/subtype`.
  case invalidContentType
  /// A multipart does not name its boundary.
  case noBoundary
  /// The boundary that a multipart names is not in its body.
  case boundaryNotFound
  /// The last boundary of a multipart is missing.
  case boundaryNotClosed
  /// A multipart has a transfer encoding; only its parts may (RFC 2045 §6.4).
  case encodedMultipart
  /// A transfer encoding that is not known; the first 60 octets of its name.
  case unknownTransferEncoding(String)
  /// Base64 with foreign characters in it, or cut off.
  case malformedBase64
  /// Quoted-printable with an `=` that begins no escape.
  case malformedQuotedPrintable
  /// The text is in a charset that is not known; the first 60 octets of its name.
  case unknownCharset(String)
}
