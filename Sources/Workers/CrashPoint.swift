import Glibc
import Locking

/// The moments around the ledger at which a test can end the process without warning.
package enum CrashPoint: String, Sendable, CaseIterable {
  case importBatch = "import-batch"
  case planChunk = "plan-chunk"
  case claimed
  case intentDurable = "intent-durable"
  case beforeDot = "before-dot"
  case afterDot = "after-dot"
  case outcomeReceived = "outcome-received"
  case outcomeDurable = "outcome-durable"
}

/// Ends the process with SIGKILL at a chosen passing of a chosen point; usually at none.
///
/// What a crash leaves behind can only be tested by crashing.
package struct CrashPlan: Sendable {
  private let target: CrashPoint?
  private let passing: Int
  private let passed = Lock(0)

  package static let none = CrashPlan(at: nil, passing: 0)

  private init(at target: CrashPoint?, passing: Int) {
    self.target = target
    self.passing = passing
  }

  /// Reads `before-dot` or `before-dot:250`.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else {
      return nil
    }
    guard parts.count > 1 else {
      self.init(at: point, passing: 1)
      return
    }
    guard let passing = Int(parts[1]), passing >= 1 else { return nil }
    self.init(at: point, passing: passing)
  }

  func reached(_ point: CrashPoint) {
    guard let target, target == point else { return }
    let count = passed.withLock { count in
      count += 1
      return count
    }
    if count == passing { kill(getpid(), SIGKILL) }
  }
}
