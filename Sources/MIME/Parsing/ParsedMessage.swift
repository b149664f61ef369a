public import Octets

/// A message that came from anywhere, taken apart; whatever the octets are, there is one.
///
/// Reading it takes time in proportion to its size.
public struct ParsedMessage: Sendable {
  /// Deeper parts stay undivided.
  public static let deepestPart = 50
  /// More parts are left out.
  public static let mostParts = 1_000
  /// More fields, in all parts together, are left out.
  public static let mostFields = 10_000

  /// The message itself first, every part before those inside it; never empty.
  public let parts: [MessagePart]

  /// Reads a message with its header; lines end in CRLF or LF.
  public init(parsing source: [UInt8]) {
    parts = MessageScanner.scan(source)
  }

  /// The header of the message itself, in the order it came.
  public var fields: [ParsedField] { parts.first?.fields ?? [] }

  /// What is wrong, in all parts.
  public var defects: [MessageDefect] { parts.flatMap(\.defects) }

  /// The subject on one line; `nil` without the field.
  public var subject: DecodedText? { fields.first(named: "Subject")?.decoded }

  public var from: [ParsedAddress] { addresses("From") }
  public var to: [ParsedAddress] { addresses("To") }
  public var cc: [ParsedAddress] { addresses("Cc") }
  public var replyTo: [ParsedAddress] { addresses("Reply-To") }

  /// The addresses in a field of any name; those of its repetitions follow.
  public func addresses(_ name: StaticString) -> [ParsedAddress] {
    fields.filter { $0.isNamed(name) }.flatMap { AddressListReader.read($0.unfolded) }
  }

  /// When the sender says it was written.
  public var date: Timestamp? {
    fields.first(named: "Date").flatMap { DateReader.read($0.unfolded) }
  }

  /// With angle brackets if it came with them.
  public var messageID: String? {
    guard let value = fields.first(named: "Message-ID")?.unfolded, !value.isEmpty else {
      return nil
    }
    return HeaderText(sanitising: value).description
  }

  /// The first plain text that is to be shown.
  public var plainText: MessagePart? { shown("text/plain") ?? parts.first(where: isFallback) }

  /// The first HTML that is to be shown.
  public var html: MessagePart? { shown("text/html") }

  /// All that is neither ``plainText`` nor ``html``: files, pictures of the HTML, messages and
  /// reports; what is inside a message inside is not listed.
  public var attachments: [MessagePart] {
    let shown = [shownIndex("text/plain"), shownIndex("text/html")]
    return outerParts.filter { index in
      let part = parts[index]
      return !part.isMultipart && !isFallback(part) && !shown.contains(index)
    }.map { parts[$0] }
  }

  /// A multipart that could not be divided is at least legible.
  private func isFallback(_ part: MessagePart) -> Bool {
    part.parent == nil && part.isUndividedMultipart
  }

  private func shown(_ type: String) -> MessagePart? { shownIndex(type).map { parts[$0] } }

  private func shownIndex(_ type: String) -> Int? {
    outerParts.first { parts[$0].type == type && !parts[$0].isAttachment }
  }

  /// The parts that do not lie in a message inside.
  private var outerParts: [Int] {
    var isInner = [Bool](repeating: false, count: parts.count)
    for (index, part) in parts.enumerated() {
      if let parent = part.parent { isInner[index] = isInner[parent] || parts[parent].isMessage }
    }
    return parts.indices.filter { !isInner[$0] }
  }
}
