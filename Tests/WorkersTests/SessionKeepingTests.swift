import Locking
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// How long sessions are kept, and how a server is treated that closes them.
@Suite(.timeLimit(.minutes(2)))
struct SessionKeepingTests {
  @Test func `a session with nothing to do is ended, and a new one opened when there is`()
    async throws
  {
    try await Office.open { office in
      try await office.prepare(recipients: 2)
      // The second one is due again a second later.
      let quits = Lock(0)
      let room = Mailroom { moment, book in
        if case .quit = moment { quits.withLock { $0 += 1 } }
        return moment.isRecipient && moment.recipient == "p2@example.com"
          && book.tries["p2@example.com"] == nil
          ? .reply(ServerReply(451, "4.3.2", "Later")) : .accept
      }
      try await room.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port) {
          $0.connections = 1
          $0.patience = .seconds(20)
          $0.idleTime = .milliseconds(50)
          $0.schedule = RetrySchedule(steps: [.seconds(1)], lifetime: .seconds(60))
        }
        #expect(try await dispatcher.send().word == "finished")
      }
      #expect(try await office.counts()[.sent] == 2)
      #expect(room.book.connections == 2)
      #expect(quits.withLock { $0 } == 2)
      try await office.check(room.book)
    }
  }

  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `a server that closes in silence after some messages is gone back to at once`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 60)
      let room = Mailroom { moment, book in
        if case .mail = moment, (book.perConnection.last ?? 0) >= 5 { return .drop }
        return .accept
      }
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        let dispatcher = try office.dispatcher(to: port) {
          $0.connections = 1
          $0.patience = .seconds(60)
        }
        #expect(try await dispatcher.send().word == "finished")
      }
      #expect(try await office.counts()[.sent] == 60)
      #expect(room.book.connections == 12)
      #expect(try await office.report().allSatisfy { $0.attempts == 1 })
      try await office.check(room.book)
    }
  }

  @Test func `a server that greets and then hangs up on everybody is not besieged`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 200)
      let room = Mailroom { moment, _ in
        guard case .mail = moment else { return .accept }
        return .drop
      }
      try await room.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port) { $0.patience = .seconds(2) }
        #expect(try await dispatcher.send().word == "unreachable")
      }
      // Half a second, one, two: and four who were let in together at most each time.
      #expect(room.book.connections <= 16)
      let counts = try await office.counts()
      #expect(counts[.failed] == 0)
      #expect(counts[.queued] + counts[.deferred] == 200)
    }
  }
}
