/// A house of its own within an installation: its people, lists, senders and campaigns.
package struct Workspace: Sendable {
  package let id: Identifier
  package var name: String
  /// What signs public links, sealed under the key outside the database.
  package var sealedLinkKey: [UInt8]
  /// The zone in which pages show times, as in `Europe/Berlin`.
  package var timeZone: String
  /// The most messages in any sliding hour over all senders; `nil` is no limit.
  package var messagesPerHour: Int?

  package init(
    id: Identifier, name: String = "Main", sealedLinkKey: [UInt8], timeZone: String = "UTC",
    messagesPerHour: Int? = nil
  ) {
    self.id = id
    self.name = name
    self.sealedLinkKey = sealedLinkKey
    self.timeZone = timeZone
    self.messagesPerHour = messagesPerHour
  }
}
