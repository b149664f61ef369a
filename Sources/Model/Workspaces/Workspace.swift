/// A house of its own within an installation: its people, lists, senders and campaigns.
public struct Workspace: Sendable {
  public let id: Identifier
  public var name: String
  /// What signs public links, sealed under the key outside the database.
  public var sealedLinkKey: [UInt8]
  /// The zone in which pages show times, as in `Europe/Berlin`.
  public var timeZone: String
  /// The most messages in any sliding hour over all senders; `nil` is no limit.
  public var messagesPerHour: Int?

  public init(
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
