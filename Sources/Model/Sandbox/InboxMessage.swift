package import Octets

/// A message that the mail server within has taken, without its content.
package struct InboxMessage: Sendable {
  package let id: Identifier
  package let workspace: Identifier
  package let receivedAt: Timestamp
  package let envelopeFrom: String
  /// The envelope's recipients, parted by `, `.
  package let recipients: String
  /// The From field, decoded; hostile.
  package let from: String
  /// The Subject field, decoded; hostile.
  package let subject: String
  /// Octets.
  package let size: Int

  package init(
    id: Identifier, workspace: Identifier, receivedAt: Timestamp, envelopeFrom: String,
    recipients: String, from: String, subject: String, size: Int
  ) {
    self.id = id
    self.workspace = workspace
    self.receivedAt = receivedAt
    self.envelopeFrom = envelopeFrom
    self.recipients = recipients
    self.from = from
    self.subject = subject
    self.size = size
  }
}
