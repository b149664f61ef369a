import Model
import Testing

@Suite("States of a campaign")
struct CampaignStateTests {
  /// The drawing in `docs/delivery-states.md`, written down a second time.
  private static let drawn: [CampaignState: [CampaignState]] = [
    .draft: [.awaitingApproval, .scheduled, .preparing, .cancelled],
    .awaitingApproval: [.draft, .scheduled, .cancelled],
    .scheduled: [.draft, .preparing, .cancelled],
    .preparing: [.sending, .paused, .failed, .cancelled],
    .sending: [.paused, .held, .sent, .failed, .cancelled],
    .paused: [.sending, .preparing, .held, .cancelled],
    .held: [.sending, .preparing, .cancelled],
    .sent: [.sending],
    .failed: [.sending, .preparing, .cancelled],
    .cancelled: [],
  ]

  @Test(arguments: CampaignState.allCases, CampaignState.allCases)
  func `a move is allowed exactly when it is drawn`(_ from: CampaignState, _ to: CampaignState)
    throws
  {
    let isDrawn = try #require(Self.drawn[from]).contains(to)
    #expect(from.next.contains(to) == isDrawn)
    if isDrawn {
      #expect(try from.moved(to: to) == to)
    } else {
      let refusal = #expect(throws: CampaignState.IllegalMove.self) { try from.moved(to: to) }
      #expect(refusal?.from == from)
      #expect(refusal?.to == to)
      #expect(
        refusal?.description == "a campaign that is \(from.rawValue) cannot become \(to.rawValue)")
    }
  }

  @Test(arguments: CampaignState.allCases)
  func `nothing but sent and cancelled escapes being cancelled`(_ state: CampaignState) {
    #expect(state.next.contains(.cancelled) == (state != .sent && state != .cancelled))
  }

  @Test(arguments: CampaignState.allCases)
  func `final are sent, failed and cancelled`(_ state: CampaignState) {
    #expect(state.isFinal == [.sent, .failed, .cancelled].contains(state))
  }

  @Test func `storage knows the states by these words`() {
    #expect(
      CampaignState.allCases.map(\.rawValue) == [
        "draft", "awaiting_approval", "scheduled", "preparing", "sending", "paused", "held",
        "sent", "failed", "cancelled",
      ])
  }

  @Test func `the straight way of the send command is open`() throws {
    var state = CampaignState.draft
    for next in [CampaignState.preparing, .sending, .sent] { state = try state.moved(to: next) }
    #expect(state == .sent)
  }

  @Test func `what is to be done in doubt has stable words`() {
    #expect(InDoubtPolicy.hold.rawValue == "hold")
    #expect(InDoubtPolicy.resend.rawValue == "resend")
    #expect(InDoubtPolicy(rawValue: "HOLD") == nil)
  }
}
