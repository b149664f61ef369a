public import Model
public import Octets

extension Ledger {
  /// A message whose final dot is about to be sent.
  public struct Intent: Sendable, Equatable {
    public let number: Int
    public let lease: Lease
    public let at: Timestamp

    public init(number: Int, lease: Lease, at: Timestamp) {
      self.number = number
      self.lease = lease
      self.at = at
    }
  }

  /// What became of a message.
  public struct Outcome: Sendable, Equatable {
    public let number: Int
    public let lease: Lease
    /// Its number, from 1.
    public let attempt: Int
    public let verdict: Verdict
    public let server: [UInt8]
    public let startedAt: Timestamp
    public let finishedAt: Timestamp

    public init(
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
  public struct Receipt: Sendable, Equatable {
    /// `false`: the claim was no longer ours, so the outcome was not written.
    public var outcomeStands = true
    /// `false`: the claim is no longer ours, so the dot must not be sent.
    public var intentStands = true
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
