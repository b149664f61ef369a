import Compose
import Locking
import Model
import Net
import Octets
import SMTP
import Storage
import Testing
import Workers

/// Whole campaigns to a server in this process; what the ledger says is held against what the
/// server has seen.
@Suite(.timeLimit(.minutes(2)))
struct DispatcherTests {
  private func reply(_ code: Int, _ enhanced: String, _ text: String) -> ServerDecision.Answer {
    .reply(ServerReply(code, enhanced, text))
  }

  @Test(arguments: [0, 1, 7, 300], [ServerConfiguration.Extensions.all, [], [.pipelining]])
  func `everyone gets the message once`(
    recipients: Int, extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: recipients)
      let room = Mailroom()
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        let result = try await office.dispatcher(to: port).send()
        #expect(result.word == "finished")
      }
      #expect(try await office.counts()[.sent] == recipients)
      #expect(room.book.messages == recipients)
      #expect(room.book.connections <= 4)
      try await office.check(room.book)
      let names = room.book.names.values.reduce(into: Set<String>()) { $0.formUnion($1) }
      #expect(names.count == recipients)
      for row in try await office.report() {
        #expect(row.attempts == 1)
        #expect(row.code == 250)
        #expect(row.reason == "")
        #expect(row.sentAt != nil)
      }
    }
  }

  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `who is refused for good is failed with the server's words`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 40)
      let room = Mailroom { moment, _ in
        let isThird = moment.recipient.map { $0.contains("3") } ?? false
        guard isThird, moment.isRecipient else { return .accept }
        return reply(550, "5.1.1", "No such user\nhere")
      }
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        try await office.send(to: port, until: "finished")
      }
      let counts = try await office.counts()
      #expect(counts[.failed] == 13)
      #expect(counts[.sent] == 27)
      try await office.check(room.book)
      for row in try await office.report() where row.state == .failed {
        #expect(row.code == 550)
        #expect(row.enhancedCode == "5.1.1")
        #expect(row.reason.contains("No such user here"))
        #expect(row.attempts == 1)
      }
    }
  }

  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `a refusal of MAIL, DATA or the message itself concerns that message alone`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 30)
      let room = Mailroom { moment, _ in
        switch (moment, moment.recipient) {
        case (.data, "p5@example.com"?): reply(554, "5.7.1", "Not that text")
        case (.message, "p9@example.com"?): reply(552, "5.7.0", "Not that message")
        default: .accept
        }
      }
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        try await office.send(to: port, until: "finished")
      }
      let report = try await office.report()
      #expect(report.filter { $0.state == .failed }.map(\.code) == [554, 552])
      #expect(report.filter { $0.state == .failed }.map(\.enhancedCode) == ["5.7.1", "5.7.0"])
      #expect(try await office.counts()[.sent] == 28)
      try await office.check(room.book)
    }
  }

  @Test func `who is refused for now is due again, and sent then`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 20)
      let room = Mailroom { moment, book in
        guard moment.isRecipient, let recipient = moment.recipient, recipient.contains("1"),
          book.tries[recipient] == nil
        else { return .accept }
        return reply(451, "4.7.1", "Greylisted")
      }
      try await room.whileServing(on: office.loop) { port in
        let before = Timestamp.now()
        let result = try await office.dispatcher(to: port).send()
        guard case .deferred(let due) = result else {
          Issue.record("the run ended as \(result.word)")
          return
        }
        #expect(due >= before + .seconds(300))
        #expect(try await office.counts()[.deferred] == 11)
        #expect(try await office.counts()[.sent] == 9)
        for row in try await office.report() where row.state == .deferred {
          #expect(row.code == 451)
          #expect(row.reason.contains("Greylisted"))
          #expect(row.sentAt == nil)
        }
        try await office.check(room.book)
        #expect(try await office.bringForward() == 11)
        try await office.send(to: port, until: "finished")
      }
      let report = try await office.report()
      #expect(report.allSatisfy { $0.state == .sent })
      #expect(report.filter { $0.attempts == 2 }.count == 11)
      #expect(try await office.counts()[.sent] == 20)
      try await office.check(room.book)
    }
  }

  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `a 421 in the middle loses nobody`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 40)
      let room = Mailroom { moment, book in
        guard moment.isRecipient, let recipient = moment.recipient,
          ["p7@example.com", "p20@example.com"].contains(recipient), book.tries[recipient] == nil
        else { return .accept }
        return reply(421, "4.3.2", "Going down")
      }
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        // They are due again a second later.
        let result = try await office.dispatcher(to: port) { $0.patience = .seconds(60) }.send()
        #expect(result.word == "finished")
      }
      let report = try await office.report()
      #expect(report.filter { $0.attempts == 2 }.map(\.number) == [7, 20])
      #expect(try await office.counts()[.sent] == 40)
      try await office.check(room.book)
    }
  }

  @Test func `a 421 in answer to the message means the server has not taken it`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 12)
      let room = Mailroom { moment, book in
        guard moment.isMessage, moment.recipient == "p4@example.com",
          book.dots["p4@example.com"] == nil
        else { return .accept }
        return reply(421, "4.3.2", "Going down")
      }
      try await room.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "deferred")
        _ = try await office.bringForward()
        try await office.send(to: port, until: "finished")
      }
      #expect(try await office.counts()[.sent] == 12)
      try await office.check(room.book, mostCopies: 2)
    }
  }

  // MARK: In doubt

  @Test func `a message whose answer is lost is unknown and not sent again`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 60)
      let room = Mailroom { moment, _ in
        moment.isMessage && moment.recipient?.contains("5") == true ? .drop : .accept
      }
      try await room.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "finished")
      }
      let counts = try await office.counts()
      #expect(counts[.unknown] == 15)
      #expect(counts[.sent] == 45)
      #expect(counts[.unknown] <= room.book.connections)
      try await office.check(room.book)
      for row in try await office.report() where row.state == .unknown {
        #expect(row.reason.contains("after the whole message was sent"))
        #expect(row.attempts == 1)
      }
    }
  }

  @Test func `with resend it is sent again under the same name`() async throws {
    try await Office.open(inDoubt: .resend) { office in
      try await office.prepare(recipients: 60)
      let room = Mailroom { moment, book in
        guard moment.isMessage, let recipient = moment.recipient, recipient.contains("5"),
          book.dots[recipient] == nil
        else { return .accept }
        return .drop
      }
      try await room.whileServing(on: office.loop) { port in
        let result = try await office.dispatcher(to: port) { $0.patience = .seconds(60) }.send()
        #expect(result.word == "finished")
      }
      #expect(try await office.counts()[.sent] == 60)
      #expect(room.book.dots.values.filter { $0 == 2 }.count == 15)
      try await office.check(room.book, mostCopies: 2)
    }
  }

  @Test func `a message that is never answered is given up some time`() async throws {
    try await Office.open(inDoubt: .resend, isTransactional: true) { office in
      try await office.prepare(recipients: 1)
      let stop = Lock<(@Sendable () -> Void)?>(nil)
      let room = Mailroom { moment, book in
        if book.messages >= 30 { stop.withLock { $0 }?() }
        return moment.isMessage ? .drop : .accept
      }
      try await room.whileServing(on: office.loop) { port in
        let dispatcher = try office.dispatcher(to: port) { $0.patience = .seconds(3) }
        stop.withLock { $0 = { dispatcher.stop() } }
        _ = try await dispatcher.send()
      }
      do {
        #expect(room.book.messages < 30)
      }
    }
  }

  @Test func `a message in doubt is not tried for ever`() {
    let verdict = Verdict(
      of: .inDoubt(reason: "lost"), tries: Tries(1_000), retrying: .transactional, inDoubt: .resend,
      now: .now())
    do { #expect(verdict.state.isFinal) }
  }

  // MARK: Limits

  @Test func `a message larger than the server takes is not offered to it`() async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 9)
      let room = Mailroom()
      try await room.whileServing(on: office.loop, { $0.longestMessage = 100 }) { port in
        try await office.send(to: port, until: "finished")
      }
      #expect(try await office.counts()[.failed] == 9)
      #expect(room.book.tries.isEmpty)
      for row in try await office.report() {
        #expect(row.code == 552)
        #expect(row.enhancedCode == "5.3.4")
        #expect(row.reason.contains("octets, the server takes 100"))
      }
    }
  }

  @Test(arguments: [1, 2, 5, 7], [ServerConfiguration.Extensions.all, []])
  func `a session ends after its share of messages`(
    most: Int, extensions: ServerConfiguration.Extensions
  ) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: 23)
      let room = Mailroom()
      try await room.whileServing(on: office.loop, { $0.extensions = extensions }) { port in
        let dispatcher = try office.dispatcher(to: port) {
          $0.connections = 1
          $0.messagesPerSession = most
        }
        #expect(try await dispatcher.send().word == "finished")
      }
      #expect(room.book.perConnection.allSatisfy { $0 <= most })
      #expect(room.book.connections == (23 + most - 1) / most)
      #expect(try await office.counts()[.sent] == 23)
      try await office.check(room.book)
    }
  }

  @Test(arguments: [ServerConfiguration.Extensions.all, []])
  func `a session ends at the server's own limits`(
    extensions: ServerConfiguration.Extensions
  ) async throws {
    for (limits, domains, connections) in [
      ("MAILMAX=4", 1, 5), ("MAILMAX=1", 1, 17), ("RCPTDOMAINMAX=1", 1, 1),
      ("RCPTDOMAINMAX=2", 2, 1),
      // Each message goes to the other domain than the one before.
      ("RCPTDOMAINMAX=1 RCPTMAX=1", 2, 17),
    ] {
      try await Office.open { office in
        try await office.prepare(recipients: 17, domains: domains)
        let room = Mailroom()
        try await room.whileServing(
          on: office.loop,
          {
            $0.extensions = extensions
            $0.limits = limits
          }
        ) { port in
          let dispatcher = try office.dispatcher(to: port) { $0.connections = 1 }
          #expect(try await dispatcher.send().word == "finished")
        }
        #expect(room.book.connections == connections, "\(limits)")
        #expect(try await office.counts()[.sent] == 17)
        try await office.check(room.book)
      }
    }
  }

  @Test func `a message that cannot be made fails alone`() async throws {
    try await Office.open(
      text: "{% if email == 'p3@example.com' %}{{ 1 | divided_by: 0 }}{% endif %}"
    ) {
      office in
      try await office.prepare(recipients: 8)
      let room = Mailroom()
      try await room.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "finished")
      }
      #expect(try await office.counts()[.sent] == 7)
      let failed = try await office.report().filter { $0.state == .failed }
      #expect(failed.map(\.number) == [3])
      #expect(failed.first?.reason.hasPrefix("the text body cannot be made") == true)
      #expect(failed.first?.code == nil)
      try await office.check(room.book)
    }
  }
}
