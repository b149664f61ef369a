import Octets

/// The name of a header field that a sender may set (RFC 5322 §2.2).
package struct HeaderName: Sendable, Hashable {
  /// As it was given, without the colon.
  package let bytes: [UInt8]

  /// A name that the message builder does not write itself.
  ///
  /// - Throws: ``HeaderError/invalidName(_:)`` or ``HeaderError/reservedName(_:)``.
  package init(_ text: String) throws(HeaderError) {
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

  package static let autoSubmitted = HeaderName(known: "Auto-Submitted")
  package static let feedbackID = HeaderName(known: "Feedback-ID")
  package static let inReplyTo = HeaderName(known: "In-Reply-To")
  package static let listID = HeaderName(known: "List-Id")
  package static let listUnsubscribe = HeaderName(known: "List-Unsubscribe")
  package static let listUnsubscribePost = HeaderName(known: "List-Unsubscribe-Post")
  package static let precedence = HeaderName(known: "Precedence")
  package static let references = HeaderName(known: "References")
  package static let sender = HeaderName(known: "Sender")

  /// What the builder writes, and what only relays and receivers may.
  private static let reserved: Set<String> = [
    "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version",
    "dkim-signature", "received", "return-path",
  ]
}

extension HeaderName: CustomStringConvertible {
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
