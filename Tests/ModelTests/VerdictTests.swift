import Model
import Octets
import Testing

@Suite("Verdicts")
struct VerdictTests {
  private static let now = Timestamp(seconds: 1_795_000_000)
  private static let answer = ServerAnswer(
    code: 451, enhancedCode: "4.7.1", text: [UInt8]("try later".utf8))
  private static let waits = RetrySchedule(
    steps: [.seconds(60), .seconds(600)], lifetime: .seconds(86_400))

  private func verdict(
    _ outcome: DeliveryOutcome, attempt: Int = 1, schedule: RetrySchedule = Self.waits,
    policy: InDoubtPolicy = .hold, age: Duration = .zero
  ) -> Verdict {
    Verdict(
      of: outcome, tries: Tries(attempt, since: Self.now + (.zero - age)), retrying: schedule,
      inDoubt: policy, now: Self.now)
  }

  @Test(arguments: [1, 2, 3, 1_000], [InDoubtPolicy.hold, .resend])
  func `a clear answer needs neither schedule nor policy`(_ attempt: Int, _ policy: InDoubtPolicy) {
    #expect(
      verdict(.accepted(Self.answer), attempt: attempt, policy: policy)
        == Verdict(state: .sent, answer: Self.answer))
    #expect(
      verdict(.refusedForGood(Self.answer), attempt: attempt, policy: policy)
        == Verdict(state: .failed, answer: Self.answer))
    #expect(
      verdict(.impossible(reason: "no From"), attempt: attempt, policy: policy)
        == Verdict(state: .failed, reason: "no From"))
  }

  @Test(arguments: [(1, 60), (2, 600)], [InDoubtPolicy.hold, .resend])
  func `a refusal for now waits by the schedule`(_ step: (Int, Int), _ policy: InDoubtPolicy) {
    #expect(
      verdict(.refusedForNow(Self.answer), attempt: step.0, policy: policy)
        == Verdict(
          state: .deferred, answer: Self.answer, dueAt: Self.now + .seconds(step.1)))
  }

  @Test(arguments: [3, 4, 1_000, Int.max, 0, -1])
  func `outside the schedule a refusal for now is for good`(_ attempt: Int) {
    let verdict = verdict(.refusedForNow(Self.answer), attempt: attempt)
    #expect(verdict.state == .failed)
    #expect(verdict.answer == Self.answer)
    #expect(
      verdict.reason == "given up after \(attempt == 1 ? "one attempt" : "\(attempt) attempts")")
    #expect(verdict.dueAt == nil)
  }

  @Test(arguments: [(1, 1), (2, 5), (3, 30), (4, 120), (5, 1_800), (6, nil), (7, nil)])
  func `a broken connection is tried soon, then by the schedule`(_ attempt: Int, _ wait: Int?) {
    let verdict = verdict(
      .unsent(reason: "connection lost"), attempt: attempt, schedule: .transactional)
    #expect(verdict.state == (wait == nil ? .failed : .deferred))
    #expect(verdict.dueAt == wait.map { Self.now + .seconds($0) })
    #expect(verdict.answer == nil)
    if wait != nil { #expect(verdict.reason == "connection lost") }
  }

  @Test func `a message that breaks every connection does not do so for ever`() {
    var (attempt, age) = (1, Duration.zero)
    while attempt < 1_000,
      let due = verdict(
        .unsent(reason: "lost"), attempt: attempt, schedule: .standard, age: age
      ).dueAt
    {
      age += due - Self.now
      attempt += 1
    }
    #expect(age == RetrySchedule.standard.lifetime)
    #expect(attempt < 40)
  }

  @Test func `who gives up still says what the last trouble was`() {
    let verdict = verdict(.unsent(reason: "connection lost"), attempt: 9)
    #expect(verdict.state == .failed)
    do {
      #expect(verdict.reason?.contains("connection lost") == true)
    }
  }

  @Test(arguments: [(1, 1), (2, 5), (3, 30), (4, 120), (5, 1_800), (6, nil), (1_000, nil)])
  func `doubt is held, or sent again like a broken connection until we give up`(
    _ attempt: Int, _ wait: Int?
  ) {
    let outcome = DeliveryOutcome.inDoubt(reason: "no reply")
    let held = Verdict(state: .unknown, reason: "no reply")
    #expect(verdict(outcome, attempt: attempt, schedule: .transactional, policy: .hold) == held)
    // Whoever gives up in doubt still does not know: it is never called failed.
    let again = wait.map {
      Verdict(
        state: .deferred, reason: "no reply", dueAt: Self.now + .seconds($0), isInDoubt: true)
    }
    #expect(
      verdict(outcome, attempt: attempt, schedule: .transactional, policy: .resend)
        == again ?? held)
  }

  @Test(arguments: [InDoubtPolicy.hold, .resend])
  func `every verdict is a move that a message being sent may make`(_ policy: InDoubtPolicy) {
    let outcomes: [DeliveryOutcome] = [
      .accepted(Self.answer), .refusedForGood(Self.answer), .refusedForNow(Self.answer),
      .unsent(reason: "r"), .inDoubt(reason: "r"), .impossible(reason: "r"),
    ]
    for outcome in outcomes {
      for attempt in 1...8 {
        let verdict = verdict(outcome, attempt: attempt, policy: policy)
        #expect(DeliveryState.sending.next.contains(verdict.state))
        #expect((verdict.dueAt != nil) == (verdict.state == .deferred))
      }
    }
  }
}
