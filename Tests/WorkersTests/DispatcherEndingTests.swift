import Locking
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// How runs end before everything is sent, and that the next run finds all that is left.
@Suite(.timeLimit(.minutes(2)))
struct DispatcherEndingTests {
  private func reply(_ code: Int, _ enhanced: String, _ text: String) -> ServerDecision.Answer {
    .reply(ServerReply(code, enhanced, text))
  }

  @Test(arguments: [530, 535])
  func `a sign-in that is no longer valid stops the campaign`(code: Int) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 50)
      let room = Mailroom { moment, book in
        guard case .mail = moment, book.messages >= 10 else { return .accept }
        return reply(code, "5.7.0", "Sign in first")
      }
      let configure = { (configuration: inout ServerConfiguration) in
        configuration.authenticator = { _, _ in true }
        configuration.requiresAuthentication = true
      }
      let credentials = Credentials(user: "ada", password: [1, 2, 3])
      try await room.whileServing(on: office.loop, configure) { port in
        let result = try await office.dispatcher(to: port, credentials: credentials).send()
        #expect(result.word == "senderFailed")
      }
      let counts = try await office.counts()
      #expect(counts[.sent] == room.book.messages)
      #expect(counts[.unknown] == 0)
      #expect(counts[.sent] + counts[.queued] + counts[.deferred] + counts[.failed] == 50)
      #expect(counts[.queued] >= 20)
      try await office.check(room.book)
      do {
        #expect(counts[.failed] == 0)
      }
    }
  }

  @Test func `a password that is wrong from the start sends nothing`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 20)
      let room = Mailroom()
      let configure = { (configuration: inout ServerConfiguration) in
        configuration.authenticator = { user, password in password == [9] }
      }
      try await room.whileServing(on: office.loop, configure) { port in
        let result = try await office.dispatcher(
          to: port, credentials: Credentials(user: "ada", password: [1])
        ).send()
        #expect(result.word == "senderFailed")
        #expect(try await office.counts()[.queued] == 20)
        #expect(room.book.messages == 0)
        let again = try await office.dispatcher(
          to: port, credentials: Credentials(user: "ada", password: [9])
        ).send()
        #expect(again.word == "finished")
      }
      #expect(try await office.counts()[.sent] == 20)
      try await office.check(room.book)
    }
  }

  @Test func `a server that is not there leaves everyone queued`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 20)
      // A port that was free a moment ago.
      let port = try await Mailroom().whileServing(on: office.loop) { $0 }
      try await office.send(to: port, until: "unreachable")
      let counts = try await office.counts()
      #expect(counts[.queued] == 20)
      let room = Mailroom()
      try await room.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "finished")
      }
      #expect(try await office.counts()[.sent] == 20)
      try await office.check(room.book)
    }
  }

  @Test func `a server that goes away in the middle loses nobody`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 80)
      let first = Mailroom { _, book in book.messages >= 25 ? .drop : .accept }
      try await first.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "unreachable")
      }
      let counts = try await office.counts()
      #expect(counts[.unknown] <= 4)
      #expect(counts[.failed] == 0)
      #expect(counts[.sent] + counts[.unknown] + counts[.queued] + counts[.deferred] == 80)
      #expect(counts[.sent] + counts[.unknown] == first.book.messages)
      try await office.check(first.book)
      _ = try await office.bringForward()
      let second = Mailroom()
      try await second.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "finished")
      }
      #expect(try await office.counts()[.sent] == 80 - counts[.unknown])
      for (recipient, copies) in second.book.dots {
        #expect(copies == 1 && first.book.dots[recipient] == nil)
      }
    }
  }

  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `a run that is stopped puts back what it has not sent`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 300)
      let stop = Lock<(@Sendable () -> Void)?>(nil)
      let room = Mailroom { moment, book in
        if moment.isMessage, book.messages >= 30 { stop.withLock { $0 }?() }
        return .accept
      }
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        let dispatcher = try office.dispatcher(to: port)
        stop.withLock { $0 = { dispatcher.stop() } }
        #expect(try await dispatcher.send().word == "stopped")
        let counts = try await office.counts()
        #expect(counts[.sent] == room.book.messages)
        #expect(counts[.sent] >= 30)
        #expect(counts[.sent] < 300)
        #expect(counts[.queued] == 300 - counts[.sent])
        try await office.check(room.book)
        try await office.send(to: port, until: "finished")
      }
      #expect(try await office.counts()[.sent] == 300)
      try await office.check(room.book)
    }
  }

  @Test func `a run that was stopped before it began sends nothing`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 20)
      let room = Mailroom()
      try await room.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port)
        dispatcher.stop()
        #expect(try await dispatcher.send().word == "stopped")
      }
      #expect(try await office.counts()[.queued] == 20)
      #expect(room.book.messages == 0)
    }
  }

  @Test(arguments: [InDoubtPolicy.hold, .resend])
  func `what a dead process left behind is settled`(policy: InDoubtPolicy) async throws {
    try await Office.open(inDoubt: policy) { office in
      try await office.prepare(recipients: 10)
      let lease = Lease.new()
      let (claimed, _) = try await office.store.deliveries.claim(
        4, of: office.key, after: 0, lease: lease, now: .now())
      _ = try await office.store.ledger.record(
        nil, thenIntent: Ledger.Intent(number: claimed[1].number, lease: lease, at: .now()),
        of: office.key, sender: office.campaign.sender)
      let settled = try await office.store.deliveries.recover(office.campaign, now: .now())
      #expect(settled.requeued == 3)
      #expect(settled.inDoubt == 1)
      let room = Mailroom()
      try await room.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "finished")
      }
      let counts = try await office.counts()
      #expect(counts[.sent] == (policy == .hold ? 9 : 10))
      #expect(counts[.unknown] == (policy == .hold ? 1 : 0))
      #expect(room.book.dots["p2@example.com"] == (policy == .hold ? nil : 1))
    }
  }
}
