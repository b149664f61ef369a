import Octets

extension Courier {
  /// Waits for one of the sender's connections; `false` when the run is over meanwhile.
  func takeLine() async -> Bool {
    guard let lines = run.lines else { return true }
    var nap = Duration.milliseconds(2)
    while !run.feed.isClosed {
      // Where nothing is to be sent, the line is left to others.
      if run.feed.claimedCount == 0 {
        lines.withdraw(run.lease)
      } else if lines.take(run.lease, now: .now()) {
        return true
      }
      try? await Task.sleep(for: nap)
      nap = min(nap * 2, .milliseconds(100))
    }
    return false
  }
}
