/// A house of its own within an installation: its people, lists, senders and campaigns.
package struct Workspace: Sendable {
  package let id: Identifier
  /// What signs public links, sealed under the key outside the database.
  package var sealedLinkKey: [UInt8]

  package init(id: Identifier, sealedLinkKey: [UInt8]) {
    self.id = id
    self.sealedLinkKey = sealedLinkKey
  }
}
