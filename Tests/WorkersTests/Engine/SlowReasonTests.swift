import Model
import Octets
import SMTP
import Testing

@testable import Workers

struct SlowReasonTests {
  private let now = Timestamp(seconds: 1_800_000_000)

  private func sentence(
    _ holdUps: [Dispatcher.HoldUp], _ counts: CampaignCounts = CampaignCounts()
  ) -> String? {
    SlowReason(
      endpoint: Endpoint(host: "smtp.example.net", port: 25, security: .none), counts: counts,
      now: now
    ).sentence(holdUps)
  }

  private func receiver(_ domain: String, _ slowness: Dispatcher.Slowness) -> Dispatcher.HoldUp {
    .receiver(domain: domain, waiting: 5, slowness)
  }

  @Test func `what holds a campaign up is said in words`() {
    #expect(sentence([]) == nil)
    #expect(
      sentence([receiver("example.com", .rate(perSecond: 40.0 / 60))])
        == "example.com asks us to slow down: 40 a minute at the moment, raised as it accepts.")
    #expect(
      sentence([receiver("example.com", .blocked(until: now + .seconds(120), perSecond: 1))])
        == "example.com asks us to slow down and takes nothing at the moment; it is asked again in 2 minutes."
    )
    #expect(
      sentence([receiver("", .blocked(until: now + .seconds(1), perSecond: 0))])
        == "smtp.example.net asks us to slow down; it is asked again in a moment.")
    #expect(
      sentence([receiver("example.com", .answers(connections: 1))])
        == "example.com answers slowly, so it gets one connection and holds nobody else up.")
    #expect(
      sentence([.limit(.sender(limit: 1, .second))])
        == "Limited to 1 message a second by the sender’s setting.")
    #expect(
      sentence([.limit(.workspace(limit: 300))])
        == "Limited to 300 messages an hour by the workspace’s setting.")
  }

  @Test func `of many reasons the weightiest are named and the others counted`() throws {
    var holdUps: [Dispatcher.HoldUp] = [.limit(.sender(limit: 300, .hour))]
    for number in 1...9 { holdUps.append(receiver("d\(number).example", .rate(perSecond: 20))) }
    holdUps.append(.deferred(until: now))
    let text = try #require(sentence(holdUps))
    #expect(text.hasPrefix("Limited to 300 messages an hour by the sender’s setting. d1.example"))
    #expect(text.contains("d3.example asks us to slow down: 20 a second"))
    #expect(!text.contains("d4.example"))
    #expect(text.hasSuffix("So it is with 6 more mail providers."))
    #expect(text.utf8.count < 600)
  }

  @Test func `a rate is said in the unit that gives it some size`() {
    for (rate, text) in [
      (250.4, "250 a second"), (10, "10 a second"), (9, "540 a minute"), (0.5, "30 a minute"),
      (0.1, "360 an hour"), (0.0001, "1 an hour"),
    ] { #expect(SlowReason.rate(rate) == text) }
  }
}
