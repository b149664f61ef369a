public import Octets

/// A message that the mail server within has taken, without its content.
public struct InboxMessage: Sendable {
  public let id: Identifier
  public let workspace: Identifier
  public let receivedAt: Timestamp
  public let envelopeFrom: String
  /// The envelope's recipients, parted by `, `.
  public let recipients: String
  /// The From field, decoded; hostile.
  public let from: String
  /// The Subject field, decoded; hostile.
  public let subject: String
  /// Octets.
  public let size: Int

  public init(
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
