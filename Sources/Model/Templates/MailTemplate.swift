public import Octets

/// A subject and a body to begin campaigns from.
public struct MailTemplate: Sendable {
  public let id: Identifier
  public let workspace: Identifier
  public var name: String
  public var subject: String
  public var html: [UInt8]?
  public var text: [UInt8]?
  public let createdAt: Timestamp
  public var changedAt: Timestamp

  public init(
    id: Identifier, workspace: Identifier, name: String, subject: String, html: [UInt8]? = nil,
    text: [UInt8]? = nil, createdAt: Timestamp, changedAt: Timestamp
  ) {
    self.id = id
    self.workspace = workspace
    self.name = name
    self.subject = subject
    self.html = html
    self.text = text
    self.createdAt = createdAt
    self.changedAt = changedAt
  }
}
