/// Where one message to one recipient is in its life; see `docs/delivery-states.md`.
///
/// The raw values are what storage keeps: never renumber them.
public enum DeliveryState: Int, Sendable, CaseIterable {
  case queued = 0
  /// Claimed by a worker under a lease.
  case sending = 1
  /// Refused for now; due again at a set time.
  case deferred = 2
  /// The server has taken it.
  case sent = 3
  /// Refused for good, or given up.
  case failed = 4
  /// The final dot may have been sent, and no reply was recorded: nobody can know.
  case unknown = 5
  /// Left out because the address is on the suppression list.
  case suppressed = 6
  /// Left out with a reason, such as an invalid address.
  case skipped = 7
  /// The campaign ended before its turn.
  case cancelled = 8

  public var word: String {
    switch self {
    case .queued: "queued"
    case .sending: "sending"
    case .deferred: "deferred"
    case .sent: "sent"
    case .failed: "failed"
    case .unknown: "unknown"
    case .suppressed: "suppressed"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    }
  }

  /// Nothing happens to it any more unless someone asks.
  public var isFinal: Bool {
    switch self {
    case .queued, .sending, .deferred: false
    case .sent, .failed, .unknown, .suppressed, .skipped, .cancelled: true
    }
  }

  /// A move that the rules do not allow, such as sending a message twice.
  public struct IllegalMove: Error, Equatable, CustomStringConvertible {
    public let from: DeliveryState
    public let to: DeliveryState

    public var description: String {
      "a delivery that is \(from.word) cannot become \(to.word)"
    }
  }

  /// The states that may follow this one.
  public var next: Set<DeliveryState> {
    switch self {
    // Deferred when someone asks for it to be sent before all others.
    case .queued: [.sending, .deferred, .suppressed, .skipped, .cancelled]
    case .sending: [.queued, .sent, .deferred, .failed, .unknown, .suppressed, .cancelled]
    case .deferred: [.sending, .failed, .suppressed, .cancelled]
    // Only when someone asks to try again, or to send what is in doubt once more.
    case .failed, .unknown, .cancelled: [.deferred]
    case .sent, .suppressed, .skipped: []
    }
  }

  /// This state's successor.
  ///
  /// - Throws: ``IllegalMove`` when the rules do not allow it.
  public func moved(to state: DeliveryState) throws(IllegalMove) -> DeliveryState {
    guard next.contains(state) else { throw IllegalMove(from: self, to: state) }
    return state
  }
}
