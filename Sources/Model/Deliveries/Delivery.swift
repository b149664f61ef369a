package import Octets

/// One message to one recipient, claimed by a worker.
package struct ClaimedDelivery: Sendable {
  /// Its place in the campaign's send order, from 1.
  package let number: Int
  /// The recipient's address as it goes on the wire.
  package let email: [UInt8]
  /// The recipient's values as a JSON array, in the order of the audience's columns.
  package let fields: [UInt8]
  /// Finished attempts so far.
  package let attempts: Int
  /// How many of them belong to rows of retries that had ended.
  package let attemptsBefore: Int
  /// When the first try of this row of retries was refused.
  package let retriesSince: Timestamp?

  /// How often nobody knew whether it had arrived.
  package let doubts: Int

  package init(
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
  package var nextTry: Tries {
    Tries(
      all: attempts + 1, ofThisRow: max(1, attempts - attemptsBefore + 1), since: retriesSince,
      doubts: doubts)
  }
}

/// What proves that a claim is still the claimant's own.
///
/// Outcomes are written only while the row bears the same token: a worker that slept past its
/// lease cannot overwrite another's result.
package struct Lease: Sendable, Hashable {
  package let token: Int

  package init(token: Int) { self.token = token }

  package static func new() -> Lease {
    Lease(token: Int(truncatingIfNeeded: UInt64.random(in: 1..<(1 << 63))))
  }
}

/// One line of a campaign's report.
package struct ReportRow: Sendable {
  package let number: Int
  package let email: [UInt8]
  package let state: DeliveryState
  package let reason: String
  package let code: Int?
  package let enhancedCode: String
  package let attempts: Int
  package let sentAt: Timestamp?

  package init(
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
