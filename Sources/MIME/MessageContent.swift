package import Octets

/// What only one message of a campaign has.
package struct MessageContent: Sendable {
  package var to: Mailbox
  package var subject: HeaderText
  package var date: Timestamp
  package var messageID: MessageID
  /// UTF-8; `nil` for a message without a plain text.
  package var text: [UInt8]?
  /// UTF-8; `nil` for a message without HTML.
  package var html: [UInt8]?
  /// Each takes the place of the frame's field of the same name.
  package var headers: [HeaderField]

  package init(
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
