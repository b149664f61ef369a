public import Octets

/// What only one message of a campaign has.
public struct MessageContent: Sendable {
  public var to: Mailbox
  public var subject: HeaderText
  public var date: Timestamp
  public var messageID: MessageID
  /// UTF-8; `nil` for a message without a plain text.
  public var text: [UInt8]?
  /// UTF-8; `nil` for a message without HTML.
  public var html: [UInt8]?
  /// Each takes the place of the frame's field of the same name.
  public var headers: [HeaderField]

  public init(
    to: Mailbox, subject: HeaderText, date: Timestamp, messageID: MessageID,
    text: [UInt8]? = nil, html: [UInt8]? = nil, headers: [HeaderField] = []
  ) {
    self.to = to
    self.subject = subject
    self.date = date
    self.messageID = messageID
    self.text = text
    self.html = html
    self.headers = headers
  }
}
