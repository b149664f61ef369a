import Locking
import Model
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// Hourly limits against a real server, by a clock that the test turns on.
@Suite(.timeLimit(.minutes(2)))
struct HourlyLimitTests {
  private let clock = HandClock()
  private let arrivals = Lock<[Timestamp]>([])

  /// A server that notes by its own clock when each message has come in.
  private func mailroom(
    _ script: @escaping Mailroom.Script = { _, _ in .accept }
  ) -> Mailroom {
    Mailroom { moment, book in
      let answer = script(moment, book)
      if moment.isMessage { arrivals.withLock { $0.append(clock.now()) } }
      return answer
    }
  }

  private func allowance(_ office: Office, limit: Int) -> Allowance {
    let allowance = Throttle(now: clock.now).allowance(
      sender: office.campaign.sender, in: office.workspace)
    allowance.limit(sender: SenderLimits(perHour: limit), workspace: nil)
    return allowance
  }

  /// Sends until all is sent, an hour's share at a time.
  private func sendAll(_ office: Office, to port: UInt16, _ allowance: Allowance) async throws {
    var rounds = 0
    while rounds < 100 {
      rounds += 1
      let result = try await office.dispatcher(to: port) { $0.allowance = allowance }.send()
      let counts = try await office.counts()
      switch result {
      case .finished: return
      case .limited(let until):
        // Nobody is kept waiting with a row in hand.
        #expect(counts[.sending] == 0)
        clock.set(until)
      case .deferred: _ = try await office.bringForward()
      default:
        Issue.record("\(result)")
        return
      }
    }
  }

  private func checkHours(limit: Int) {
    let times = arrivals.withLock { $0 }
    for (early, late) in zip(times, times.dropFirst(limit)) {
      #expect(late - early > .seconds(3_600))
    }
  }

  @Test(arguments: [1, 10, 64], [ServerConfiguration.Extensions.all, []])
  func `no hour at the server sees more than the limit, and the rest waits`(
    limit: Int, extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      let recipients = limit * 4 + 3
      try await office.prepare(recipients: recipients)
      let room = mailroom()
      let allowance = allowance(office, limit: limit)
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        try await sendAll(office, to: port, allowance)
      }
      #expect(try await office.counts()[.sent] == recipients)
      try await office.check(room.book)
      checkHours(limit: limit)
      // The share was used up each time.
      let hours = (clock.now() - HandClock().now()) / .seconds(3_600)
      #expect(Int(hours) == (recipients - 1) / limit)
    }
  }

  @Test func `what is refused before its text takes no place, what is in doubt does`() async throws
  {
    try await Office.open { office in
      try await office.prepare(recipients: 40)
      let messages = Lock(0)
      let room = mailroom { moment, _ in
        if let recipient = moment.recipient, moment.isRecipient,
          recipient.hasPrefix("p1") || recipient.hasPrefix("p2")
        {
          return .reply(ServerReply(550, "5.1.1", "No such user"))
        }
        guard moment.isMessage else { return .accept }
        // Each fifth is taken, and its answer lost.
        let count = messages.withLock { count in
          count += 1
          return count
        }
        return count.isMultiple(of: 5) ? .drop : .accept
      }
      let allowance = allowance(office, limit: 5)
      try await room.whileServing(on: office.loop) { port in
        try await sendAll(office, to: port, allowance)
      }
      let counts = try await office.counts()
      #expect(counts[.failed] == 22)
      #expect(counts[.unknown] > 0)
      #expect(counts[.sent] + counts[.unknown] == 18)
      #expect(arrivals.withLock { $0.count } == 18)
      checkHours(limit: 5)
      try await office.check(room.book)
    }
  }

  @Test func `two campaigns of one sender share its limit`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 30)
      let other = office.another()
      try await other.prepare(recipients: 30)
      let room = mailroom()
      let allowance = allowance(office, limit: 8)
      try await room.whileServing(on: office.loop) { port in
        try await withThrowingTaskGroup { group in
          for one in [office, other] {
            group.addTask { try await sendAll(one, to: port, allowance) }
          }
          try await group.waitForAll()
        }
      }
      #expect(try await office.counts()[.sent] == 30)
      #expect(try await other.counts()[.sent] == 30)
      checkHours(limit: 8)
    }
  }

  @Test func `a campaign that is done does not wait for the next hour`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 10)
      let room = mailroom()
      let allowance = allowance(office, limit: 10)
      try await room.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port) { $0.allowance = allowance }
        #expect(try await dispatcher.send().word == "finished")
      }
      #expect(allowance.room == 0)
      #expect(try await office.counts()[.sent] == 10)
    }
  }
}
