import Model
import Octets
import Testing

@Suite("Waiting after a refusal")
struct RetryScheduleTests {
  /// The ages at which a message is tried that is always refused, its first try at 0.
  private func tries(_ schedule: RetrySchedule, jitter: Double = 0) -> [Duration] {
    var ages = [Duration.zero]
    while ages.count < 1_000, let age = ages.last,
      let wait = schedule.wait(afterAttempt: ages.count, age: age, jitter: jitter)
    {
      ages.append(age + wait)
    }
    return ages
  }

  @Test func `the standard is a ladder up to four hours, and ends at three days`() {
    let ages = tries(.standard)
    let waits = zip(ages.dropFirst(), ages).map { Int(($0 - $1) / .seconds(60)) }
    #expect(waits.prefix(6) == [5, 15, 30, 60, 120, 240])
    #expect(waits.dropFirst(6).dropLast().allSatisfy { $0 == 240 })
    #expect(ages.last == .seconds(72 * 3_600))
    #expect(ages.count <= 40)
    #expect(RetrySchedule.standard.mostAttempts == ages.count)
  }

  @Test func `who waits for a message is told within the hour`() {
    #expect(tries(.transactional).last == .seconds(3_600))
    #expect(tries(.transactional).count == 6)
  }

  @Test(arguments: [0.0, 0.25, 0.5, 0.999])
  func `a wait is never shorter than was promised, nor a tenth longer`(jitter: Double) {
    let (plain, spread) = (RetrySchedule.standard.steps, RetrySchedule.standard)
    for (attempt, promised) in plain.enumerated() {
      let wait = spread.wait(afterAttempt: attempt + 1, age: .zero, jitter: jitter)
      #expect(wait.map { $0 >= promised && $0 < promised * 1.1 } == true)
    }
    #expect(tries(.standard, jitter: jitter).last == .seconds(72 * 3_600))
    #expect(tries(.transactional, jitter: jitter).last == .seconds(3_600))
  }

  @Test(arguments: [-1.0, 2, .infinity, -.infinity])
  func `jitter that is none is no trap`(jitter: Double) {
    let wait = RetrySchedule.standard.wait(afterAttempt: 1, age: .zero, jitter: jitter)
    #expect(wait.map { $0 >= .seconds(300) && $0 <= .seconds(324) } == true)
  }

  @Test func `whoever is too old is given up, whatever the number of the try`() {
    let schedule = RetrySchedule.standard
    for attempt in [1, 7, 20, 1_000] {
      #expect(schedule.wait(afterAttempt: attempt, age: .seconds(72 * 3_600)) == nil)
      #expect(schedule.wait(afterBreak: attempt, age: .seconds(100 * 3_600)) == nil)
    }
    // Nobody is tried again a second before the end.
    #expect(schedule.wait(afterAttempt: 9, age: .seconds(72 * 3_600 - 1)) == nil)
    #expect(schedule.wait(afterAttempt: 9, age: .seconds(71 * 3_600)) == .seconds(3_600))
  }

  @Test func `attempts count from one`() {
    let schedule = RetrySchedule(steps: [.seconds(10), .seconds(20)], lifetime: .seconds(100))
    #expect(schedule.wait(afterAttempt: 1, age: .zero) == .seconds(10))
    #expect(schedule.wait(afterAttempt: 2, age: .zero) == .seconds(20))
    for attempt in [0, -1, 3, Int.max] {
      #expect(schedule.wait(afterAttempt: attempt, age: .zero) == nil)
    }
    #expect(RetrySchedule.never.wait(afterAttempt: 1, age: .zero) == nil)
    #expect(RetrySchedule.never.wait(afterBreak: 1, age: .zero) == nil)
  }

  @Test func `an asked-for row of retries begins anew`() {
    let now = Timestamp(seconds: 1_795_000_000)
    let fresh = ClaimedDelivery(
      number: 1, email: [], fields: [], attempts: 24, attemptsBefore: 24, retriesSince: nil)
    #expect(fresh.nextTry == Tries(all: 25, ofThisRow: 1, since: nil))
    #expect(fresh.nextTry.age(now: now) == .zero)
    let later = ClaimedDelivery(
      number: 1, email: [], fields: [], attempts: 26, attemptsBefore: 24,
      retriesSince: now + .seconds(-90))
    #expect(later.nextTry == Tries(all: 27, ofThisRow: 3, since: now + .seconds(-90)))
    #expect(later.nextTry.age(now: now) == .seconds(90))
  }
}

@Suite("Schedules as people write them")
struct RetryScheduleTextTests {
  @Test(arguments: [
    ("5m 15m 30m 1h 2h 4h, then every 4h, for 72h", RetrySchedule.standard),
    ("5M,15m , 30m 60m 2h 4h every 240min for 3d", .standard),
    ("1m 4m 10m 15m 30m", .transactional), ("1m 4m 10m 15m 30m for 1h", .transactional),
    ("never", .never), (" Never ", .never),
    (
      "every 10m for 2h",
      RetrySchedule(steps: [], every: .seconds(600), lifetime: .seconds(7_200))
    ),
    ("90s", RetrySchedule(steps: [.seconds(90)], lifetime: .seconds(90))),
  ])
  func `is read`(text: String, schedule: RetrySchedule) throws {
    #expect(try RetrySchedule(parsing: text) == schedule)
    #expect(try RetrySchedule(parsing: schedule.description) == schedule)
  }

  @Test func `is written as it is read`() {
    #expect(RetrySchedule.standard.description == "5m 15m 30m 1h 2h 4h, then every 4h, for 72h")
    #expect(RetrySchedule.transactional.description == "1m 4m 10m 15m 30m, for 1h")
    #expect(RetrySchedule.never.description == "never")
  }

  @Test(arguments: [
    ("", "There is no time in it."), (" , ", "There is no time in it."),
    ("for 2h", "There is no time in it."), ("5x", "“5x” is no time."), ("m", "“m” is no time."),
    ("-5m", "“-5m” is no time."), ("5", "“5” is no time."), ("٥m", "“٥m” is no time."),
    ("99999999999999999999m", "“99999999999999999999m” is no time."),
    ("5m then 4h", "After “then” comes “every”"), ("5m then", "After “then” comes “every”"),
    ("5m every", "After “every” comes a time"), ("5m for", "After “for” comes a time"),
    ("5m, every 1h", "Say when to give up"), ("5m for 2h often", "“often” is not understood."),
    ("5m for 2h for 3h", "“for” is not understood."), ("1s", "A server that asks for patience"),
    ("5m every 0m for 1h", "A server that asks for patience"),
    ("5m for 400d", "Give up at the latest after 14d"),
    ("5m for 0m", "Give up at the latest after 14d"),
    ("every 10s for 3d", "That would be more than 1000 tries"),
    ("every 1m for 3h", "That would be 181 tries"),
    (String(repeating: "1m ", count: 31), "At most 30 times"),
    (String(repeating: "x", count: 5_000), "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” is no"),
  ])
  func `is refused with what to write`(text: String, beginning: String) {
    let error = #expect(throws: RetryScheduleError.self) { try RetrySchedule(parsing: text) }
    #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
  }
}
