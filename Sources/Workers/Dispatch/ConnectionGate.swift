import Octets
import SMTP

/// One run's way to a server's ``Doorstep``, which it shares with all others of its sender.
///
/// Trouble that began before the run counts from the run's beginning.
struct ConnectionGate: Sendable {
  private let doorstep: Doorstep
  private let began: Timestamp

  init(_ doorstep: Doorstep = Doorstep(), began: Timestamp) {
    self.doorstep = doorstep
    self.began = began
  }

  /// How long to wait before trying to connect; zero when one may try now.
  func wait(now: Timestamp) -> Duration { doorstep.wait(now: now) }
  func succeeded() -> Doorstep.Entry { doorstep.opened() }
  func proved(_ entry: Doorstep.Entry) { doorstep.proved(entry) }
  func ended() { doorstep.ended() }
  func failed(_ error: SessionError, now: Timestamp) { doorstep.failed(error, now: now) }

  /// Since when nobody has been let in, and why; `nil` while any session is open.
  var trouble: (since: Timestamp, error: SessionError)? {
    doorstep.trouble.map { (max($0.since, began), $0.error) }
  }
}
