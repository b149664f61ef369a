import Octets

/// What all messages of a campaign have in common, encoded once, so that each message costs only
/// what is its own.
///
/// A message has From, To, Subject, Date, Message-ID and MIME-Version exactly once. Text and HTML
/// are alternatives, text first; attachments follow in a mixed body around both. Every line ends in
/// CRLF and none has more than 998 octets.
public struct MessageFrame: Sendable {
  /// The attachments as parts with their delimiters, one array each.
  public let shared: [[UInt8]]
  /// What closes the body; empty without attachments.
  public let tail: [UInt8]

  /// From and Reply-To.
  private let opening: [UInt8]
  private let headers: [HeaderField]
  private let needsSMTPUTF8: Bool
  private let mixed: Multipart?
  private let alternative: Multipart
  private let boundaryStem: [UInt8]
  private let sharedCount: Int

  /// The frame of a campaign whose messages all have these fields and attachments.
  ///
  /// `boundarySeed` should differ from campaign to campaign.
  ///
  /// - Throws: ``HeaderError/repeatedName(_:)`` when two of `headers` have one name.
  public init(
    from: Mailbox, replyTo: Mailbox? = nil, headers: [HeaderField] = [],
    attachments: [Attachment] = [], boundarySeed: UInt64
  ) throws(HeaderError) {
    for (index, field) in headers.enumerated() {
      if headers[..<index].contains(where: field.hasSameName) {
        throw .repeatedName(field.name.description)
      }
    }
    self.headers = headers
    var opening: [UInt8] = []
    MessageFrame.append("From: ", from, to: &opening)
    if let replyTo { MessageFrame.append("Reply-To: ", replyTo, to: &opening) }
    self.opening = opening
    needsSMTPUTF8 =
      from.address.needsSMTPUTF8 || replyTo?.address.needsSMTPUTF8 == true
      || headers.contains(where: \.needsSMTPUTF8)

    boundaryStem = Multipart.boundaryStem(seed: boundarySeed)
    alternative = Multipart("alternative", stem: boundaryStem)
    let mixed = Multipart("mixed", stem: boundaryStem)
    self.mixed = attachments.isEmpty ? nil : mixed
    shared = attachments.map { attachment in
      var part = mixed.delimiter
      attachment.appendPart(to: &part)
      return part
    }
    tail = attachments.isEmpty ? [] : mixed.end
    sharedCount = shared.reduce(tail.count) { $0 + $1.count }
  }

  /// One message of the campaign.
  public func build(_ content: MessageContent) -> OutgoingMessage {
    var head: [UInt8] = []
    let traits = appendHead(of: content, to: &head)
    return OutgoingMessage(head: head, shared: shared, tail: tail, traits: traits)
  }

  /// Appends the head of one message; ``shared`` and ``tail`` follow it on the wire.
  public func appendHead(
    of content: MessageContent, to head: inout [UInt8]
  ) -> OutgoingMessage.Traits {
    let start = head.count
    let bodies = (content.text?.count ?? 0) + (content.html?.count ?? 0)
    // About what most messages take, so that the array grows once.
    let expected = start + 2_048 + bodies + bodies / 4
    if head.capacity < expected { head.reserveCapacity(max(expected, 2 * head.capacity)) }
    appendHeader(of: content, to: &head)
    let headerCount = appendBody(of: content, to: &head) - start
    return OutgoingMessage.Traits(
      headerCount: headerCount, size: head.count - start + sharedCount,
      needsSMTPUTF8: needsSMTPUTF8 || content.to.address.needsSMTPUTF8
        || content.headers.contains(where: \.needsSMTPUTF8))
  }

  private func appendHeader(of content: MessageContent, to head: inout [UInt8]) {
    head.append(contentsOf: opening)
    MessageFrame.append("To: ", content.to, to: &head)
    head.append("Subject: ")
    var column = 9
    HeaderFolding.appendText(content.subject, column: &column, to: &head)
    head.append("\r\nDate: ")
    content.date.appendMailDate(to: &head)
    head.append("\r\nMessage-ID: ")
    head.append(contentsOf: content.messageID.bytes)
    head.append("\r\nMIME-Version: 1.0\r\n")
    for field in headers where !content.headers.contains(where: field.hasSameName) {
      head.append(contentsOf: field.bytes)
    }
    for (index, field) in content.headers.enumerated()
    where !content.headers[..<index].contains(where: field.hasSameName) {
      head.append(contentsOf: field.bytes)
    }
  }

  private static func append(_ name: StaticString, _ mailbox: Mailbox, to head: inout [UInt8]) {
    head.append(name)
    var column = name.utf8CodeUnitCount
    mailbox.append(column: &column, to: &head)
    head.append("\r\n")
  }

  /// - Returns: Where the message's own header ends.
  private func appendBody(of content: MessageContent, to head: inout [UInt8]) -> Int {
    guard let mixed else {
      let headerEnd = appendTexts(of: content, to: &head)
      if head.last != ASCII.lineFeed { head.append("\r\n") }
      return headerEnd
    }
    head.append(contentsOf: mixed.opening)
    let headerEnd = head.count
    head.append(contentsOf: mixed.delimiter)
    appendTexts(of: content, to: &head)
    // This line ending belongs to the delimiter that follows it.
    head.append("\r\n")
    return headerEnd
  }

  /// - Returns: Where the header of the text, or of the alternatives, ends.
  @discardableResult
  private func appendTexts(of content: MessageContent, to head: inout [UInt8]) -> Int {
    guard let html = content.html else {
      return appendPart("text/plain", content.text ?? [], to: &head)
    }
    guard let text = content.text else { return appendPart("text/html", html, to: &head) }
    head.append(contentsOf: alternative.opening)
    let headerEnd = head.count
    head.append(contentsOf: alternative.delimiter)
    appendPart("text/plain", text, to: &head)
    head.append("\r\n")
    head.append(contentsOf: alternative.delimiter)
    appendPart("text/html", html, to: &head)
    head.append("\r\n")
    head.append(contentsOf: alternative.end)
    return headerEnd
  }

  /// - Returns: Where the part's header ends.
  @discardableResult
  private func appendPart(
    _ type: StaticString, _ written: [UInt8], to head: inout [UInt8]
  ) -> Int {
    let text = written.starts(with: MessageFrame.byteOrderMark) ? Array(written[3...]) : written
    let survey = TextSurvey(text)
    var encoding = TransferEncoding.best(for: survey)
    if encoding == .sevenBit, survey.holdsBoundaryStart { encoding = .quotedPrintable }
    head.append("Content-Type: ")
    head.append(type)
    head.append("; charset=utf-8\r\nContent-Transfer-Encoding: ")
    head.append(encoding.name)
    head.append("\r\n\r\n")
    let headerEnd = head.count
    encoding.append(text: text, survey: survey, to: &head)
    return headerEnd
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
