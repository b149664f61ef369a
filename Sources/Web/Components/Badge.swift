import Model

/// A state in a word and a colour.
enum Badge {
  static func of(_ state: CampaignState) -> HTML {
    let (kind, word) =
      switch state {
      case .draft: ("draft", "Draft")
      case .awaitingApproval: ("draft", "Awaits approval")
      case .scheduled: ("scheduled", "Scheduled")
      case .preparing: ("preparing", "Preparing")
      case .sending: ("sending", "Sending")
      case .paused: ("paused", "Paused")
      case .held: ("paused", "Held")
      case .sent: ("sent", "Sent")
      case .failed: ("failed", "Failed")
      case .cancelled: ("cancelled", "Cancelled")
      }
    return "<span class=\"badge \(kind)\">\(word)</span>"
  }

  static func of(_ state: DeliveryState) -> HTML {
    "<span class=\"badge \(state.word)\">\(word(state))</span>"
  }

  /// What people call a delivery's state.
  static func word(_ state: DeliveryState) -> String {
    switch state {
    case .queued: "Queued"
    case .sending: "Sending"
    case .deferred: "To be retried"
    case .sent: "Sent"
    case .failed: "Failed"
    case .unknown: "In doubt"
    case .suppressed: "Suppressed"
    case .skipped: "Left out"
    case .cancelled: "Cancelled"
    }
  }

  static func plain(_ word: String, _ kind: String = "neutral") -> HTML {
    "<span class=\"badge \(kind)\">\(word)</span>"
  }
}
