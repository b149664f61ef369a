import Octets

/// The name of a header field that a sender may set (RFC 5322 §2.2).
public struct HeaderName: Sendable, Hashable {
  /// As it was given, without the colon.
  public let bytes: [UInt8]

  /// A name that the message builder does not write itself.
  ///
  /// - Throws: ``HeaderError/invalidName(_:)`` or ``HeaderError/reservedName(_:)``.
  public init(_ text: String) throws(HeaderError) {
    let bytes = Array(text.utf8)
    let isValid = bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    guard isValid, (1...76).contains(bytes.count) else { throw .invalidName(text) }
    let folded = text.lowercased()
    guard !HeaderName.reserved.contains(folded), !folded.hasPrefix("content-") else {
      throw .reservedName(text)
    }
    self.bytes = bytes
  }

  private init(known: StaticString) {
    var bytes: [UInt8] = []
    bytes.append(known)
    self.bytes = bytes
  }

  public static let autoSubmitted = HeaderName(known: "Auto-Submitted")
  public static let feedbackID = HeaderName(known: "Feedback-ID")
  public static let inReplyTo = HeaderName(known: "In-Reply-To")
  public static let listID = HeaderName(known: "List-Id")
  public static let listUnsubscribe = HeaderName(known: "List-Unsubscribe")
  public static let listUnsubscribePost = HeaderName(known: "List-Unsubscribe-Post")
  public static let precedence = HeaderName(known: "Precedence")
  public static let references = HeaderName(known: "References")
  public static let sender = HeaderName(known: "Sender")

  /// What the builder writes, and what only relays and receivers may.
  private static let reserved: Set<String> = [
    "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version",
    "dkim-signature", "received", "return-path",
  ]
}

extension HeaderName: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
