import Model
import Octets
import TimeZones

/// Sentences about campaigns that several pages say.
enum CampaignWording {
  /// What to say once somebody has pressed Send.
  static func started(at time: Timestamp?, zone: String) -> String {
    guard let time else { return "The campaign is on its way." }
    return "The campaign goes out on \(moment(time, in: zone))."
  }

  /// A time with the zone it was chosen in, as in `4 May 2026, 09:30 (Europe/Berlin)`.
  static func moment(_ time: Timestamp, in name: String) -> String {
    let zone = (try? Zone(named: name)) ?? .utc
    return "\(zone.written(time)) (\(zone.name))"
  }

  /// What a state is called within a sentence.
  static func word(_ state: CampaignState) -> String {
    switch state {
    case .draft: "a draft"
    case .awaitingApproval: "awaiting approval"
    case .scheduled: "scheduled"
    case .preparing: "being prepared"
    case .sending: "being sent"
    case .paused: "paused"
    case .held: "held"
    case .sent: "sent"
    case .failed: "stopped by an error"
    case .cancelled: "cancelled"
    }
  }
}
