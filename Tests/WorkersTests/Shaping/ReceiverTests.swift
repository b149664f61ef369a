import Locking
import Model
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// Receivers that are slow or want less, over real connections.
@Suite(.timeLimit(.minutes(2)))
struct ReceiverTests {
  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `a receiver that does not answer holds nobody else up`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      // Every tenth goes to example.com, which takes a minute for each reply.
      try await office.prepare(recipients: 400, domains: 10)
      let most = Lock(0)
      let room = Mailroom(taking: { moment in
        moment.recipient?.hasSuffix("@example.com") == true && moment.isRecipient
          ? .seconds(60) : .zero
      })
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        let dispatcher = try office.dispatcher(to: port) {
          $0.connections = 8
          $0.patience = .seconds(60)
        }
        try await withThrowingTaskGroup { group in
          group.addTask { try await dispatcher.send() }
          group.addTask {
            while room.book.messages < 360 {
              most.withLock { $0 = max($0, Self.waiting(room.book)) }
              try await Task.sleep(for: .milliseconds(2))
            }
            return .stopped
          }
          _ = try await group.next()
          // What the receiver keeps us waiting for is cut.
          group.cancelAll()
          try await group.waitForAll()
        }
      }
      #expect(room.book.messages == 360)
      #expect(most.withLock { $0 } <= 2)
      #expect(try await office.counts()[.sent] == 360)
    }
  }

  /// How many of the slow receiver's messages have been begun.
  private static func waiting(_ book: Mailroom.Book) -> Int {
    book.tries.reduce(0) { $0 + ($1.key.hasSuffix("@example.com") ? $1.value : 0) }
  }

  @Test func `a receiver that wants less gets less, and the others everything at once`()
    async throws
  {
    try await Office.open { office in
      try await office.prepare(recipients: 200, domains: 5)
      let taken = Lock(0)
      let room = Mailroom { moment, _ in
        guard moment.isRecipient, moment.recipient?.hasSuffix("@example.com") == true else {
          return .accept
        }
        // Ten and no more.
        return taken.withLock { taken in
          taken += 1
          return taken <= 10
            ? .accept : .reply(ServerReply(451, "4.7.1", "Too many messages, slow down"))
        }
      }
      try await room.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port) { $0.patience = .seconds(1) }
        let running = Lock(true)
        try await withThrowingTaskGroup { group in
          group.addTask {
            _ = try await dispatcher.send()
            running.withLock { $0 = false }
          }
          group.addTask {
            while running.withLock({ $0 }), room.book.messages < 170 {
              try await Task.sleep(for: .milliseconds(2))
            }
            let holdUps = dispatcher.holdUps
            #expect(
              holdUps.contains {
                if case .receiver("example.com", let waiting, .blocked) = $0 { return waiting > 0 }
                return false
              }, "\(holdUps)")
            dispatcher.stop()
          }
          try await group.waitForAll()
        }
      }
      let counts = try await office.counts()
      #expect(counts[.sent] == 170)
      #expect(counts[.failed] == 0)
      // Those under way when it was first refused, and a few that asked whether it is over.
      let tries = Self.waiting(room.book)
      #expect(tries <= 10 + 4 * 2 + 3, "\(tries)")
      // It is remembered.
      let known = try await office.store.shaping.all(
        of: office.campaign.sender, in: office.workspace)
      #expect(known.map(\.domain) == [Array("example.com".utf8)])
      #expect(known.first?.blockedSince != nil)
      let shaper = Shaper()
      shaper.restore(known)
      let lane = try #require(shaper.lanes(of: [Array("a@mail.EXAMPLE.com".utf8)]).first)
      #expect(lane.ready(now: .now()) > .now() || lane.isShaped)
      try await office.check(room.book)
    }
  }

  @Test func `what a restart finds written down holds from the first message on`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 20, domains: 2)
      let now = Timestamp.now()
      try await office.store.shaping.write(
        [
          ShapedDomain(
            domain: Array("example.com".utf8), rate: 1, ceiling: 1, blockedSince: now,
            blockedUntil: now + .seconds(600), refusedAt: now)
        ], forgetting: [], of: office.campaign.sender, in: office.workspace)
      let room = Mailroom()
      try await room.whileServing(on: office.loop) { port in
        let result = try await office.dispatcher(to: port).send()
        guard case .deferred(let until) = result else {
          Issue.record("\(result)")
          return
        }
        #expect(until == now + .seconds(600))
      }
      #expect(Self.waiting(room.book) == 0)
      #expect(try await office.counts()[.sent] == 10)
    }
  }
}
