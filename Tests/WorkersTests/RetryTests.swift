import Locking
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// Servers that say “later” for days, with the clock put on instead of waiting.
@Suite(.timeLimit(.minutes(2)))
struct RetryTests {
  /// Everything is refused for six days: what becomes of a campaign, and when each try was.
  private func sixDays(
    schedule: RetrySchedule?, isTransactional: Bool = false, recipients: Int = 12,
    _ body: (Office, [Duration], [ReportRow]) async throws -> Void
  ) async throws {
    try await Office.open(isTransactional: isTransactional) { office in
      // Each has a receiver of its own: what a receiver takes at once is another matter.
      try await office.prepare(recipients: recipients, domains: recipients)
      let start = Timestamp(seconds: 1_800_000_000)
      let now = Lock(start)
      let moments = Lock<[Timestamp]>([])
      let room = Mailroom { moment, _ in
        guard moment.isRecipient else { return .accept }
        if moment.recipient == "p1@example.com" {
          let time = now.withLock { $0 }
          moments.withLock { $0.append(time) }
        }
        return .reply(ServerReply(451, "4.3.0", "Later"))
      }
      try await room.whileServing(on: office.loop) { port in
        var isOver = false
        while !isOver {
          let result = try await office.dispatcher(to: port) {
            $0.clock = { now.withLock { $0 } }
            $0.schedule = schedule
          }.send()
          switch result {
          case .finished: isOver = true
          case .deferred(let due):
            #expect(due > now.withLock { $0 })
            now.withLock { $0 = due }
          default:
            Issue.record("the run ended as \(result.word)")
            isOver = true
          }
          if now.withLock({ $0 }) - start > .seconds(6 * 86_400) { isOver = true }
        }
      }
      let ages = moments.withLock { $0.map { $0 - start } }
      try await body(office, ages, try await office.report())
    }
  }

  @Test func `what is refused for six days is given up at its age, after few tries`() async throws {
    try await sixDays(schedule: nil) { office, ages, report in
      #expect(try await office.counts()[.failed] == 12)
      for row in report {
        #expect(row.reason.hasPrefix("given up after"))
        #expect(row.code == 451)
        #expect(row.attempts <= 40 && row.attempts >= 20)
      }
      // Within a tenth of the schedule, and never sooner than it says.
      let waits = zip(ages.dropFirst(), ages).map { $0 - $1 }
      let promised = RetrySchedule.standard.steps
      for (wait, promise) in zip(waits, promised) {
        #expect(wait >= promise && wait <= promise * 1.1)
      }
      for wait in waits.dropFirst(promised.count).dropLast() {
        #expect(wait >= .seconds(4 * 3_600) && wait <= .seconds(4.4 * 3_600))
      }
      let last = try #require(ages.last)
      #expect(last >= .seconds(72 * 3_600) && last < .seconds(72 * 3_600 + 60))
    }
  }

  @Test func `transactional mail is given up within the hour`() async throws {
    try await sixDays(schedule: nil, isTransactional: true) { office, ages, _ in
      #expect(try await office.counts()[.failed] == 12)
      let last = try #require(ages.last)
      #expect(last > .seconds(3_300) && last <= .seconds(3_601))
    }
  }

  @Test func `a sender's own schedule holds`() async throws {
    let schedule = try RetrySchedule(parsing: "10m, then every 20m, for 2h")
    try await sixDays(schedule: schedule) { office, ages, report in
      #expect(try await office.counts()[.failed] == 12)
      #expect(report.allSatisfy { $0.attempts <= schedule.mostAttempts + 1 })
      let last = try #require(ages.last)
      #expect(last <= .seconds(7_201))
    }
    try await sixDays(schedule: .never) { office, ages, report in
      #expect(ages == [.zero])
      #expect(report.allSatisfy { $0.reason.hasPrefix("given up after one attempt") })
    }
  }

  @Test func `who asks for what was given up gets a whole row of tries, numbered on`() async throws
  {
    try await sixDays(schedule: .transactional, recipients: 2) { office, _, report in
      let before = try #require(report.first?.attempts)
      let asked = Timestamp(seconds: 1_900_000_000)
      _ = try await office.store.campaigns.move(office.key, to: .sent, now: asked)
      #expect(
        try await office.store.deliveries.retry(.temporaryFailures, of: office.key, now: asked) == 2
      )
      let room = Mailroom { moment, _ in
        moment.isRecipient ? .reply(ServerReply(450, "4.2.0", "Later")) : .accept
      }
      try await room.whileServing(on: office.loop) { port in
        let result = try await office.dispatcher(to: port) { $0.clock = { asked } }.send()
        guard case .deferred(let due) = result else {
          Issue.record("the run ended as \(result.word)")
          return
        }
        #expect(due >= asked + .seconds(300) && due <= asked + .seconds(325))
      }
      #expect(try await office.report().allSatisfy { $0.attempts == before + 1 })
      let retries = try await office.store.deliveries.retries(of: office.key, 1)
      #expect(retries?.before == before)
      #expect(retries?.since == asked)
    }
  }
}
