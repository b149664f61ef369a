package import Octets

/// A delivery as lists show it, with its campaign.
package struct QueueRow: Sendable {
  package let campaign: Identifier
  package let campaignName: String
  package let number: Int
  package let email: [UInt8]
  package let state: DeliveryState
  /// Hostile: a server may have written it.
  package let reason: String
  package let code: Int?
  package let enhancedCode: String
  package let attempts: Int
  package let dueAt: Timestamp?
  package let finishedAt: Timestamp?

  package init(
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
package struct LogRow: Sendable {
  package let campaign: Identifier
  package let campaignName: String
  package let number: Int
  package let email: [UInt8]
  package let attempt: Int
  package let server: String
  package let startedAt: Timestamp
  package let finishedAt: Timestamp
  package let state: DeliveryState
  package let code: Int?
  package let enhancedCode: String
  /// What the server said: hostile.
  package let answer: [UInt8]
  /// In our own words, when the server's do not say it.
  package let reason: String

  package init(
    campaign: Identifier, campaignName: String, number: Int, email: [UInt8], attempt: Int,
    server: String, startedAt: Timestamp, finishedAt: Timestamp, state: DeliveryState, code: Int?,
    enhancedCode: String, answer: [UInt8], reason: String
  ) {
    self.campaign = campaign
    self.campaignName = campaignName
    self.number = number
    self.email = email
    self.attempt = attempt
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
