import Model
import Testing

@Suite("Counts of a campaign")
struct CampaignCountsTests {
  @Test func `a new campaign counts nothing and has nothing left to do`() {
    let counts = CampaignCounts()
    for state in DeliveryState.allCases { #expect(counts[state] == 0) }
    #expect(counts.total == 0)
    #expect(counts.processed == 0)
    #expect(counts.isFinished)
  }

  @Test(arguments: DeliveryState.allCases)
  func `each state has a counter of its own`(_ state: DeliveryState) {
    var counts = CampaignCounts()
    counts[state] = 5
    counts[state] += 2
    for other in DeliveryState.allCases { #expect(counts[other] == (other == state ? 7 : 0)) }
    #expect(counts.total == 7)
    #expect(counts.processed == (state.isFinal ? 7 : 0))
    #expect(counts.isFinished == state.isFinal)
  }

  @Test func `processed is what is final and the total is everything`() {
    var counts = CampaignCounts()
    // A power of two each, so that no sum hides another.
    for state in DeliveryState.allCases { counts[state] = 1 << state.rawValue }
    #expect(counts.total == 511)
    #expect(counts.processed == 511 - 1 - 2 - 4)
    #expect(!counts.isFinished)
    for state in [DeliveryState.queued, .sending, .deferred] { counts[state] = 0 }
    #expect(counts.isFinished)
  }

  @Test func `equal counts are equal`() {
    var (one, other) = (CampaignCounts(), CampaignCounts())
    one[.sent] = 1
    #expect(one != other)
    other[.sent] = 1
    #expect(one == other)
  }
}
