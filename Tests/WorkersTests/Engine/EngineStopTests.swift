import Foundation
import Locking
import Model
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// A mail server that does not answer does not hold up the program's end.
@Suite(.timeLimit(.minutes(1)))
struct EngineStopTests {
  /// Where a server stops answering.
  enum Silence: String, CaseIterable, Sendable {
    case greeting, sender, recipient, text, dot

    func begins(at moment: ServerMoment) -> Bool {
      switch (self, moment) {
      case (.greeting, .connect), (.sender, .mail), (.recipient, .recipient), (.text, .data),
        (.dot, .message):
        true
      default: false
      }
    }
  }

  /// A server that stops answering as long as it is told to.
  private final class Sleeper: Sendable {
    private let isAsleep = Lock(true)
    private let reached = Lock(0)
    let mailroom: Mailroom

    init(_ silence: Silence) {
      let (isAsleep, reached) = (isAsleep, reached)
      mailroom = Mailroom(taking: { moment in
        guard silence.begins(at: moment), isAsleep.withLock({ $0 }) else { return .zero }
        reached.withLock { $0 += 1 }
        return .seconds(3_600)
      })
    }

    /// How many clients wait.
    var waiting: Int { reached.withLock { $0 } }

    func wake() { isAsleep.withLock { $0 = false } }
  }

  @Test(
    arguments: Silence.allCases, [ServerConfiguration.Extensions.all, []])
  func `connections are cut when their time is up, and nobody is lost or written to twice`(
    silence: Silence, extensions: ServerConfiguration.Extensions
  ) async throws {
    try await EngineRoom.open { room in
      let sleeper = Sleeper(silence)
      let mailroom = sleeper.mailroom
      try await mailroom.whileServing(on: room.loop, { $0.extensions = extensions }) { port in
        let sender = try await room.sender(port: port)
        let key = try await room.campaign(to: try await room.upload(), through: sender)
        try await room.whileRunning({
          $0.connectionsPerSender = 3
          $0.grace = .milliseconds(50)
        }) { _ in
          try await room.until { silence == .greeting || sleeper.waiting == 3 }
          try await room.until { sleeper.waiting >= 1 }
        }
        let counts = try await room.counts(key)
        #expect(try await room.progress(key).state == .sending)
        #expect(counts[.sending] == 0)
        #expect(counts[.unknown] == (silence == .dot ? 3 : 0))
        #expect(counts[.unknown] == mailroom.book.messages)
        #expect(counts[.queued] + counts[.deferred] + counts[.unknown] == 20)
        if silence == .dot {
          let rows = try await room.store.deliveries.report(of: key, after: 0, limit: 20)
          #expect(
            rows.first { $0.state == .unknown }?.reason
              == "the program was stopped before the server replied")
        }
        sleeper.wake()
        try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
        #expect(try await room.counts(key)[.sent] == 20 - counts[.unknown])
      }
      #expect(mailroom.book.dots.count == 20)
      #expect(mailroom.book.dots.values.allSatisfy { $0 == 1 })
    }
  }

  @Test func `where the campaign says so, what is in doubt is sent again at the next start`()
    async throws
  {
    try await EngineRoom.open { room in
      let sleeper = Sleeper(.dot)
      let mailroom = sleeper.mailroom
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let key = try await room.campaign(to: try await room.upload(), through: sender) {
          $0.inDoubt = .resend
        }
        try await room.whileRunning({
          $0.connectionsPerSender = 2
          $0.grace = .milliseconds(50)
        }) { _ in
          try await room.until { sleeper.waiting == 2 }
        }
        let counts = try await room.counts(key)
        #expect(counts[.deferred] == 2)
        #expect(counts[.sending] == 0)
        // They may have arrived, and count.
        let used = try await room.store.usage.sent(
          by: sender.id, in: room.workspace.id, since: .now() + .seconds(-3_600))
        #expect(used.reduce(0) { $0 + $1.count } == 2)
        sleeper.wake()
        try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
        #expect(try await room.counts(key)[.sent] == 20)
      }
      #expect(mailroom.book.dots.values.count { $0 == 2 } == 2)
      #expect(mailroom.book.messages == 22)
    }
  }

  @Test
  func `a test that hangs is answered when the program ends, with nothing said of the sender`()
    async throws
  {
    try await EngineRoom.open { room in
      let sleeper = Sleeper(.dot)
      try await sleeper.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let job = Job(
          id: .new(), workspace: room.workspace.id, kind: .senderTest, subject: sender.id,
          argument: "bob@example.com", createdAt: .now())
        try await room.store.jobs.add(job)
        try await room.whileRunning({ $0.grace = .milliseconds(50) }) { _ in
          try await room.until { sleeper.waiting == 1 }
        }
        let answered = try await room.store.jobs.find(job.id, in: room.workspace.id)
        #expect(answered?.state == .done)
        #expect(answered?.answer == "The program was stopped during the test. Test again.")
        #expect(
          try await room.store.senders.find(sender.id, in: room.workspace.id)?.lastTest == nil)
        // The message may have arrived.
        let used = try await room.store.usage.sent(
          by: sender.id, in: room.workspace.id, since: .now() + .seconds(-3_600))
        #expect(used.map(\.count) == [1])
      }
    }
  }

  @Test func `a run that is cancelled ends as one that is stopped, and cuts its connections`()
    async throws
  {
    try await Office.open { office in
      let sleeper = Sleeper(.dot)
      try await office.prepare(recipients: 20)
      try await sleeper.mailroom.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port)
        let stop = StopSign()
        stop.whenRaised { dispatcher.stop() }
        let result = try await withThrowingTaskGroup { group in
          group.addTask {
            while sleeper.waiting < 4 {
              await office.store.doorbell.wait(upTo: .milliseconds(5))
            }
            stop.raise()
          }
          let result = try await stop.cutting(after: .milliseconds(20)) {
            try await dispatcher.send()
          }
          try await group.waitForAll()
          return result
        }
        #expect(result?.word == "stopped")
        #expect(try await office.counts()[.unknown] == 4)
        #expect(sleeper.mailroom.book.messages == 4)
        #expect(try await office.counts()[.queued] == 16)
      }
    }
  }

  @Test func `work that ends in time is not cut`() async throws {
    let stop = StopSign()
    let outcome = try await stop.cutting(after: .seconds(3_600)) {
      stop.raise()
      await Task.yield()
      return Task.isCancelled
    }
    #expect(outcome == false)
    // Neither is work that nobody asks to end.
    #expect(try await StopSign().cutting(after: .zero) { Task.isCancelled } == false)
  }
}
