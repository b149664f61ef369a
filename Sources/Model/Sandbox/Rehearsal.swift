public import Octets

/// A bad day that a workspace has its sandbox play, before a provider does it in earnest.
public struct Rehearsal: Sendable, Hashable {
  /// What there is to rehearse; the names are those of the scripts that come with the program.
  public enum Script: String, CaseIterable, Sendable {
    case greylist
    case throttle = "throttle-50-a-minute"
    case unknown = "five-percent-unknown"
    case badDay = "bad-day"
  }

  public let script: Script
  /// When it was chosen: from then on it counts, and whoever chooses it again begins anew.
  public let begunAt: Timestamp

  public init(_ script: Script, begunAt: Timestamp) {
    self.script = script
    self.begunAt = begunAt
  }
}
