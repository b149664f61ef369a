public import Octets

/// A delivery as lists show it, with its campaign.
public struct QueueRow: Sendable {
  public let campaign: Identifier
  public let campaignName: String
  public let number: Int
  public let email: [UInt8]
  public let state: DeliveryState
  /// Hostile: a server may have written it.
  public let reason: String
  public let code: Int?
  public let enhancedCode: String
  public let attempts: Int
  public let dueAt: Timestamp?
  public let finishedAt: Timestamp?

  public init(
    campaign: Identifier, campaignName: String, number: Int, email: [UInt8], state: DeliveryState,
    reason: String, code: Int?, enhancedCode: String, attempts: Int, dueAt: Timestamp?,
    finishedAt: Timestamp?
  ) {
    self.campaign = campaign
    self.campaignName = campaignName
    self.number = number
    self.email = email
    self.state = state
    self.reason = reason
    self.code = code
    self.enhancedCode = enhancedCode
    self.attempts = attempts
    self.dueAt = dueAt
    self.finishedAt = finishedAt
  }
}

/// One try to deliver, with the server's own words.
public struct LogRow: Sendable {
  public let campaign: Identifier
  public let campaignName: String
  public let number: Int
  public let email: [UInt8]
  public let attempt: Int
  /// The name of the sender that it went by, which may be one that stood in; `nil` where that is gone.
  public let sender: String?
  public let server: String
  public let startedAt: Timestamp
  public let finishedAt: Timestamp
  public let state: DeliveryState
  public let code: Int?
  public let enhancedCode: String
  /// What the server said: hostile.
  public let answer: [UInt8]
  /// In our own words, when the server's do not say it.
  public let reason: String

  public init(
    campaign: Identifier, campaignName: String, number: Int, email: [UInt8], attempt: Int,
    sender: String?, server: String, startedAt: Timestamp, finishedAt: Timestamp,
    state: DeliveryState, code: Int?,
    enhancedCode: String, answer: [UInt8], reason: String
  ) {
    self.campaign = campaign
    self.campaignName = campaignName
    self.number = number
    self.email = email
    self.attempt = attempt
    self.sender = sender
    self.server = server
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.state = state
    self.code = code
    self.enhancedCode = enhancedCode
    self.answer = answer
    self.reason = reason
  }
}
