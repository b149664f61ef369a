import Locking
import Octets

/// The right to send one message: within the limits, and as its receiver takes it.
///
/// Whoever lets go of it without having heard anything has given it back.
final class Pass: Sendable {
  private struct State: Sendable {
    var isEnded = false
    /// Whether a message to the same lane goes on over this one's connection.
    var isFollowed = false
  }

  let lane: Lane
  private let shaper: Shaper
  private let permit: Permit?
  private let begun: Timestamp
  private let state = Lock(State())

  init(_ lane: Lane, of shaper: Shaper, permit: Permit?, begun: Timestamp) {
    self.lane = lane
    self.shaper = shaper
    self.permit = permit
    self.begun = begun
  }

  deinit { end(lane: .none, server: .none, now: begun) }

  /// The message has its outcome, or may have arrived: the limits count it.
  func spend() { permit?.spend() }

  /// The message of the same lane that follows on the connection keeps it.
  func isFollowed() { state.withLock { $0.isFollowed = true } }

  /// What the receiver said; the first time counts.
  ///
  /// A refusal of MAIL comes from the sender's own server, which does not know the recipient yet;
  /// with any other reply that one has let us go on.
  func heard(_ signal: ReplySignal, ofServer: Bool, now: Timestamp) {
    if ofServer {
      end(lane: .none, server: signal, now: now)
    } else {
      end(lane: signal, server: .accepted, now: now)
    }
  }

  private func end(lane signal: ReplySignal, server: ReplySignal, now: Timestamp) {
    let freesConnection: Bool? = state.withLock { state in
      guard !state.isEnded else { return nil }
      state.isEnded = true
      return !state.isFollowed
    }
    guard let freesConnection else { return }
    shaper.ended(
      lane, signal, server: server, begun: begun, now: now, freesConnection: freesConnection)
  }
}
