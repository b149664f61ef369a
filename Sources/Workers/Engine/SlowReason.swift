import Model
import Octets
import SMTP

/// Says in plain words what holds a campaign up.
struct SlowReason {
  let endpoint: Endpoint
  let counts: CampaignCounts
  let now: Timestamp

  /// How many receivers are named.
  private static let mostNames = 3

  /// All reasons, the weightiest first; `nil` when there is none.
  func sentence(_ holdUps: [Dispatcher.HoldUp]) -> String? {
    var sentences: [String] = []
    var others = 0
    for holdUp in holdUps {
      if case .receiver = holdUp {
        guard sentences.count < Self.mostNames + 1 else {
          others += 1
          continue
        }
      }
      // Those who wait for a receiver are said to wait already.
      if case .deferred = holdUp, !sentences.isEmpty { continue }
      sentences.append(sentence(holdUp))
    }
    if others > 0 {
      sentences.append(
        others == 1 ? "So does one more." : "So it is with \(others) more mail providers.")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private func sentence(_ holdUp: Dispatcher.HoldUp) -> String {
    switch holdUp {
    case .limit(.sender(let limit, let period)):
      return
        "Limited to \(Self.messages(limit)) \(Self.each(period)) by the sender’s setting."
    case .limit(.workspace(let limit)):
      return "Limited to \(Self.messages(limit)) an hour by the workspace’s setting."
    case .unreachable(let error):
      return SenderAdvice.sentence(error, for: endpoint, on: .page)
        + " It is tried again and again."
    case .receiver(let domain, _, let slowness):
      return sentence(slowness, of: domain.isEmpty ? endpoint.host : domain)
    case .deferred:
      let count = counts[.deferred]
      return count == 1
        ? "One message could not be handed over yet; it is tried again later."
        : "\(count) messages could not be handed over yet; they are tried again later."
    }
  }

  private func sentence(_ slowness: Dispatcher.Slowness, of domain: String) -> String {
    switch slowness {
    case .rate(let perSecond):
      "\(domain) asks us to slow down: \(Self.rate(perSecond)) at the moment, raised as it accepts."
    case .blocked(let until, _) where until - now > .seconds(5):
      "\(domain) asks us to slow down and takes nothing at the moment; it is asked again in "
        + "\(Self.time(until - now))."
    case .blocked: "\(domain) asks us to slow down; it is asked again in a moment."
    case .answers(let connections):
      "\(domain) answers slowly, so it gets "
        + (connections == 1 ? "one connection" : "\(connections) connections")
        + " and holds nobody else up."
    }
  }

  // MARK: Words

  private static func each(_ period: LimitPeriod) -> String {
    switch period {
    case .second: "a second"
    case .minute: "a minute"
    case .hour: "an hour"
    case .day: "a day"
    }
  }

  /// A rate in the unit in which it is a number of some size.
  static func rate(_ perSecond: Double) -> String {
    for (seconds, period) in [(1.0, LimitPeriod.second), (60, .minute)] {
      let count = perSecond * seconds
      if count >= 10 { return "\(Int(min(1e9, count.rounded()))) \(each(period))" }
    }
    return "\(max(1, Int((perSecond * 3_600).rounded()))) an hour"
  }

  private static func time(_ duration: Duration) -> String {
    let seconds = max(1, duration.components.seconds)
    if seconds < 90 { return "\(seconds) seconds" }
    return "\((seconds + 30) / 60) minutes"
  }

  private static func messages(_ count: Int) -> String {
    count == 1 ? "1 message" : "\(count) messages"
  }
}
