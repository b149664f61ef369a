import Model
import Testing

@Suite("States of a delivery")
struct DeliveryStateTests {
  /// The drawing in `docs/delivery-states.md`, written down a second time.
  private static let drawn: [DeliveryState: [DeliveryState]] = [
    .queued: [.sending, .deferred, .suppressed, .skipped, .cancelled],
    .sending: [.queued, .sent, .deferred, .failed, .unknown, .suppressed, .cancelled],
    .deferred: [.sending, .failed, .suppressed, .cancelled],
    .sent: [],
    .failed: [.deferred],
    .unknown: [.deferred],
    .suppressed: [],
    .skipped: [],
    .cancelled: [.deferred],
  ]

  @Test(arguments: DeliveryState.allCases, DeliveryState.allCases)
  func `a move is allowed exactly when it is drawn`(_ from: DeliveryState, _ to: DeliveryState)
    throws
  {
    let isDrawn = try #require(Self.drawn[from]).contains(to)
    #expect(from.next.contains(to) == isDrawn)
    if isDrawn {
      #expect(try from.moved(to: to) == to)
    } else {
      let refusal = #expect(throws: DeliveryState.IllegalMove.self) { try from.moved(to: to) }
      #expect(refusal?.from == from)
      #expect(refusal?.to == to)
      #expect(
        refusal?.description == "a delivery that is \(from.word) cannot become \(to.word)")
    }
  }

  @Test func `what was sent is never sent again by any way`() {
    var reached: Set<DeliveryState> = []
    var ahead: [DeliveryState] = [.sent]
    while let state = ahead.popLast() {
      for next in state.next where reached.insert(next).inserted { ahead.append(next) }
    }
    #expect(reached.isEmpty)
  }

  @Test(arguments: DeliveryState.allCases)
  func `on their way are queued, sending and deferred`(_ state: DeliveryState) {
    #expect(state.isFinal == ![.queued, .sending, .deferred].contains(state))
  }

  @Test func `storage keeps these numbers and reports show these words`() {
    #expect(DeliveryState.allCases.map(\.rawValue) == Array(0...8))
    #expect(
      DeliveryState.allCases.map(\.word) == [
        "queued", "sending", "deferred", "sent", "failed", "unknown", "suppressed", "skipped",
        "cancelled",
      ])
    #expect(DeliveryState(rawValue: 9) == nil)
    #expect(DeliveryState(rawValue: -1) == nil)
  }

  @Test func `leases are positive and differ`() {
    let tokens = (0..<1_000).map { _ in Lease.new().token }
    #expect(Set(tokens).count == 1_000)
    #expect(tokens.allSatisfy { $0 > 0 })
  }
}
