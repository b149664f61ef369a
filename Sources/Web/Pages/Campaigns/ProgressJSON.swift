import Model
import Octets

/// A campaign's progress as the fixed JSON of events: see `docs/api.md`.
struct ProgressJSON {
  let text: String

  init(_ progress: CampaignProgress, now: Timestamp) {
    let counts = progress.counts
    var text = "{\"status\":\"\(progress.state.rawValue)\""
    text += ",\"message\":\(Self.quoted(Self.message(progress)))"
    text += ",\"total\":\(counts.total),\"processed\":\(counts.processed)"
    for state in DeliveryState.allCases { text += ",\"\(state.word)\":\(counts[state])" }
    text += ",\"rate\":\(progress.pace.rate.map(Self.tenths) ?? "null")"
    let left = progress.timeLeft(now: now).map { String($0.components.seconds) }
    self.text = text + ",\"eta_seconds\":\(left ?? "null")}"
  }

  /// What is going on, in a sentence.
  static func message(_ progress: CampaignProgress) -> String {
    switch progress.state {
    case .draft: "Not sent yet."
    case .awaitingApproval: "Waits for approval."
    case .scheduled: "Scheduled."
    case .preparing: "Reading the recipients."
    case .sending:
      progress.pace.slowReason
        ?? (progress.counts[.queued] + progress.counts[.sending] > 0
          ? "Sending." : "Waiting to try again.")
    case .paused: "Paused."
    case .held: "Held."
    case .sent:
      progress.counts[.failed] + progress.counts[.unknown] > 0
        ? "Finished; some messages were not delivered." : "Finished."
    case .failed: progress.failure ?? "Stopped by an error."
    case .cancelled: "Cancelled."
    }
  }

  /// A rate with one digit behind the point.
  private static func tenths(_ rate: Double) -> String {
    guard rate.isFinite, rate >= 0, rate < 1e12 else { return "null" }
    let tenths = Int((rate * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case _ where scalar.value < 0x20: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
