package import Octets

/// A subject and a body to begin campaigns from.
package struct MailTemplate: Sendable {
  package let id: Identifier
  package let workspace: Identifier
  package var name: String
  package var subject: String
  package var html: [UInt8]?
  package var text: [UInt8]?
  package let createdAt: Timestamp
  package var changedAt: Timestamp

  package init(
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
