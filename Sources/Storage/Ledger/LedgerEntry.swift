package import Model
package import Octets

extension Ledger {
  /// A message whose final dot is about to be sent.
  package struct Intent: Sendable, Equatable {
    package let number: Int
    package let lease: Lease
    package let at: Timestamp

    package init(number: Int, lease: Lease, at: Timestamp) {
      self.number = number
      self.lease = lease
      self.at = at
    }
  }

  /// What became of a message.
  package struct Outcome: Sendable, Equatable {
    package let number: Int
    package let lease: Lease
    /// Its number, from 1.
    package let attempt: Int
    package let verdict: Verdict
    package let server: [UInt8]
    package let startedAt: Timestamp
    package let finishedAt: Timestamp

    package init(
      number: Int, lease: Lease, attempt: Int, verdict: Verdict, server: [UInt8],
      startedAt: Timestamp, finishedAt: Timestamp
    ) {
      self.number = number
      self.lease = lease
      self.attempt = attempt
      self.verdict = verdict
      self.server = server
      self.startedAt = startedAt
      self.finishedAt = finishedAt
    }
  }

  /// What stands in the ledger after an entry.
  package struct Receipt: Sendable, Equatable {
    /// `false`: the claim was no longer ours, so the outcome was not written.
    package var outcomeStands = true
    /// `false`: the claim is no longer ours, so the dot must not be sent.
    package var intentStands = true
  }
}

/// An outcome, an intent or both, of one connection.
struct LedgerEntry: Sendable, Equatable {
  let campaign: CampaignKey
  let sender: Identifier
  var outcome: Ledger.Outcome?
  var intent: Ledger.Intent?
}

/// One delivery of one campaign.
struct LedgerPlace: Hashable {
  let campaign: CampaignKey
  let number: Int
}
