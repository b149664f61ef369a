package import Octets

/// A bad day that a workspace has its sandbox play, before a provider does it in earnest.
package struct Rehearsal: Sendable, Hashable {
  /// What there is to rehearse; the names are those of the scripts that come with the program.
  package enum Script: String, CaseIterable, Sendable {
    case greylist
    case throttle = "throttle-50-a-minute"
    case unknown = "five-percent-unknown"
    case badDay = "bad-day"
  }

  package let script: Script
  /// When it was chosen: from then on it counts, and whoever chooses it again begins anew.
  package let begunAt: Timestamp

  package init(_ script: Script, begunAt: Timestamp) {
    self.script = script
    self.begunAt = begunAt
  }
}
