import Dispatch

/// One at a time: a commit of the journal, or another change of the database.
///
/// Whoever comes waits at the turnstile behind the one who waits for the door, so that nobody passes
/// twice while another waits.
struct LedgerDoor: Sendable {
  private let door = DispatchSemaphore(value: 1)
  private let turnstile = DispatchSemaphore(value: 1)

  func enter() {
    turnstile.wait()
    door.wait()
    turnstile.signal()
  }

  func leave() { door.signal() }
}
