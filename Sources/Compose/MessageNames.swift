public import MIME
public import Model

/// The names that a campaign's messages keep over all attempts to deliver them.
public struct MessageNames: Sendable {
  private let campaign: Identifier
  private let sender: EmailAddress

  public init(of campaign: CampaignKey, from sender: EmailAddress) {
    self.campaign = campaign.campaign
    self.sender = sender
  }

  /// The Message-ID of the message to one recipient.
  public func name(forDelivery number: Int) -> MessageID {
    var unique = campaign.octets
    for shift in stride(from: 32, through: 0, by: -8) {
      unique.append(UInt8(truncatingIfNeeded: number >> shift))
    }
    return MessageID(unique: unique, sender: sender)
  }
}
