import Foundation
import Model
import Testing

@testable import App

struct CampaignSummaryTests {
  private let campaign = Identifier.new()

  private func summary(_ seconds: Double, sentNow: Int) -> CampaignSummary {
    var counts = CampaignCounts()
    for state in DeliveryState.allCases { counts[state] = 1 << state.rawValue }
    return CampaignSummary(
      campaign: campaign, counts: counts, seconds: seconds, sentNow: sentNow)
  }

  @Test func `the line says what became of everyone`() {
    #expect(
      summary(2.5, sentNow: 8).line == """
        sent 8 failed 16 unknown 32 suppressed 64 skipped 128 deferred 7 cancelled 256 of 511 \
        in 2.50 s (3.2/s)
        """)
  }

  @Test func `the JSON says the same`() {
    #expect(
      summary(2.5, sentNow: 8).json == """
        {"campaign_id": "\(campaign.text(.campaign))", "sent": 8, "failed": 16, "unknown": 32, "suppressed": 64, "skipped": 128, \
        "deferred": 7, "cancelled": 256, "total": 511, "seconds": 2.500, "rate": 3.2}
        """)
  }

  @Test(
    arguments: [
      (0, 5, "0.00 s (0.0/s)"), (0.004, 0, "0.00 s (0.0/s)"), (0.005, 0, "0.01 s (0.0/s)"),
      (59.999, 60, "60.00 s (1.0/s)"), (-1, 5, "0.00 s (0.0/s)"), (3, 1, "3.00 s (0.3/s)"),
      (86_400, 1_000_000, "86400.00 s (11.6/s)"),
    ] as [(Double, Int, String)])
  func `figures are rounded to what they are good for`(
    seconds: Double, sentNow: Int, wanted: String
  ) {
    #expect(summary(seconds, sentNow: sentNow).line.hasSuffix(" in \(wanted)"))
  }

  @Test(arguments: [Double.infinity, 1e300, -Double.infinity, .leastNonzeroMagnitude])
  func `no clock makes it trap or write what is no JSON`(seconds: Double) throws {
    let json = summary(seconds, sentNow: 1 << 40).json
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["total"] as? Int == 511)
  }

  @Test func `the figures add up to the total`() throws {
    let json = Data(summary(1, sentNow: 1).json.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let parts = [
      "sent", "failed", "unknown", "suppressed", "skipped", "deferred", "cancelled",
    ].compactMap { object[$0] as? Int }
    #expect(parts.count == 7)
    #expect(parts.reduce(0, +) == object["total"] as? Int)
  }
}
