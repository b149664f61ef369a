import Glibc
import Locking

/// The moments around the ledger at which a test can end the process without warning.
public enum CrashPoint: String, Sendable, CaseIterable {
  case importBatch = "import-batch"
  case planChunk = "plan-chunk"
  case claimed
  case composing
  case intentDurable = "intent-durable"
  case beforeDot = "before-dot"
  case afterDot = "after-dot"
  case outcomeReceived = "outcome-received"
  case outcomeDurable = "outcome-durable"
}

/// Ends the process with SIGKILL at a chosen passing of a chosen point; usually at none.
///
/// What a crash leaves behind can only be tested by crashing.
public struct CrashPlan: Sendable {
  private let target: CrashPoint?
  private let passing: Int
  /// The delivery that it is about, where only one is.
  private let delivery: Int?
  private let passed = Lock(0)

  public static let none = CrashPlan(at: nil, passing: 0)

  private init(at target: CrashPoint?, passing: Int, delivery: Int? = nil) {
    self.target = target
    self.passing = passing
    self.delivery = delivery
  }

  /// Reads `before-dot`, `before-dot:250`, or `composing#7`: whenever delivery 7 is composed.
  public init?(_ text: String) {
    let poisoned = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    if poisoned.count > 1 {
      guard poisoned[0] == CrashPoint.composing.rawValue, let number = Int(poisoned[1]), number >= 1
      else { return nil }
      self.init(at: .composing, passing: 1, delivery: number)
      return
    }
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

  func reached(_ point: CrashPoint, delivery number: Int? = nil) {
    guard let target, target == point, delivery == nil || delivery == number else { return }
    let count = passed.withLock { count in
      count += 1
      return count
    }
    if count == passing { kill(getpid(), SIGKILL) }
  }
}
