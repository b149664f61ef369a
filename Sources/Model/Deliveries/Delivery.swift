public import Octets

/// One message to one recipient, claimed by a worker.
public struct ClaimedDelivery: Sendable {
  /// Its place in the campaign's send order, from 1.
  public let number: Int
  /// The recipient's address as it goes on the wire.
  public let email: [UInt8]
  /// The recipient's values as a JSON array, in the order of the audience's columns.
  public let fields: [UInt8]
  /// Finished attempts so far.
  public let attempts: Int
  /// How many of them belong to rows of retries that had ended.
  public let attemptsBefore: Int
  /// When the first try of this row of retries was refused.
  public let retriesSince: Timestamp?

  /// How often nobody knew whether it had arrived.
  public let doubts: Int

  public init(
    number: Int, email: [UInt8], fields: [UInt8], attempts: Int, attemptsBefore: Int = 0,
    retriesSince: Timestamp? = nil, doubts: Int = 0
  ) {
    self.doubts = doubts
    self.number = number
    self.email = email
    self.fields = fields
    self.attempts = attempts
    self.attemptsBefore = attemptsBefore
    self.retriesSince = retriesSince
  }

  /// The try that it was claimed for.
  public var nextTry: Tries {
    Tries(
      all: attempts + 1, ofThisRow: max(1, attempts - attemptsBefore + 1), since: retriesSince,
      doubts: doubts)
  }
}

/// What proves that a claim is still the claimant's own.
///
/// Outcomes are written only while the row bears the same token: a worker that slept past its
/// lease cannot overwrite another's result.
public struct Lease: Sendable, Hashable {
  public let token: Int

  public init(token: Int) { self.token = token }

  public static func new() -> Lease {
    Lease(token: Int(truncatingIfNeeded: UInt64.random(in: 1..<(1 << 63))))
  }
}

/// One line of a campaign's report.
public struct ReportRow: Sendable {
  public let number: Int
  public let email: [UInt8]
  public let state: DeliveryState
  public let reason: String
  public let code: Int?
  public let enhancedCode: String
  public let attempts: Int
  public let sentAt: Timestamp?

  public init(
    number: Int, email: [UInt8], state: DeliveryState, reason: String, code: Int?,
    enhancedCode: String, attempts: Int, sentAt: Timestamp?
  ) {
    self.number = number
    self.email = email
    self.state = state
    self.reason = reason
    self.code = code
    self.enhancedCode = enhancedCode
    self.attempts = attempts
    self.sentAt = sentAt
  }
}
