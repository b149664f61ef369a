import Model
import Octets

/// Shows how far a campaign has come: a bar on a terminal, a line now and then elsewhere.
struct ProgressDisplay: Sendable {
  private let console: Console
  private let total: Int
  private let started = Timestamp.now()

  init(_ console: Console, total: Int) {
    self.console = console
    self.total = total
  }

  /// Draws until the task is cancelled; the last state stays on the screen.
  func follow(_ counts: @Sendable () async -> CampaignCounts?) async {
    var progress = Progress("sending", total: total, now: .zero)
    var bar = ProgressBar(on: console)
    while true {
      let isLast = Task.isCancelled
      if let counts = await counts() {
        let now = Timestamp.now() - started
        progress.advance(to: counts.processed, now: now)
        progress.note = note(counts)
        if isLast {
          console.message(bar.finish(progress))
        } else if let octets = bar.update(progress, now: now) {
          console.message(octets)
        }
      }
      if isLast { return }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private func note(_ counts: CampaignCounts) -> String {
    [DeliveryState.failed, .deferred, .unknown].filter { counts[$0] > 0 }
      .map { "\(counts[$0]) \($0.word)" }.joined(separator: ", ")
  }
}
