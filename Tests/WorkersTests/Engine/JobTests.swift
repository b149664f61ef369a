import Foundation
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// The test of a sender, asked for by a page and answered by the engine.
@Suite(.timeLimit(.minutes(2)))
struct JobTests {
  /// Asks for a test and waits for its answer.
  private func test(
    _ sender: Identifier, sendingTo recipient: String = "", in room: EngineRoom
  ) async throws -> Job {
    let job = Job(
      id: .new(), workspace: room.workspace.id, kind: .senderTest, subject: sender,
      argument: recipient, createdAt: .now())
    try await room.store.jobs.add(job)
    var answered: Job?
    try await room.until {
      answered = try await room.store.jobs.find(job.id, in: room.workspace.id)
      return answered?.state == .done
    }
    return try #require(answered)
  }

  @Test func `a sandbox sender works`() async throws {
    try await EngineRoom.open { room in
      try await room.whileRunning { _ in
        let job = try await test(room.sandbox.id, in: room)
        #expect(job.passed == true)
        #expect(job.answer == "It works. Messages go to the sandbox’s inbox and nowhere else.")
        let mailed = try await test(room.sandbox.id, sendingTo: "bob@example.com", in: room)
        #expect(mailed.passed == true)
        let inbox = try await room.inbox()
        #expect(inbox.map(\.recipients) == ["bob@example.com"])
        #expect(inbox.first?.subject == "Test message from Martlet")
        let kept = try await room.store.senders.find(room.sandbox.id, in: room.workspace.id)
        #expect(kept?.lastTest?.passed == true)
        #expect(kept?.lastTest?.answer == mailed.answer)
      }
    }
  }

  @Test func `what is wrong with a server is said in plain words`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom { moment, _ in
        moment.isRecipient && moment.recipient == "no@example.com"
          ? .reply(ServerReply(550, "5.1.1", "No such user")) : .accept
      }
      let configure = { (configuration: inout ServerConfiguration) in
        configuration.authenticator = { _, password in password == [UInt8]("right".utf8) }
        configuration.requiresAuthentication = true
      }
      let free = try await Mailroom().whileServing(on: room.loop) { $0 }
      try await mailroom.whileServing(on: room.loop, configure) { port in
        let right = try await room.sender(port: port, user: "ada", password: "right")
        let wrong = try await room.sender(port: port, user: "ada", password: "wrong")
        let absent = try await room.sender(port: free)
        let spent = try await room.sender(port: port, user: "ada", password: "right", perHour: 0)
        try await room.whileRunning { _ in
          var job = try await test(right.id, in: room)
          #expect(job.passed == true)
          #expect(job.answer?.contains("took the user name and the password") == true)
          job = try await test(wrong.id, in: room)
          #expect(job.passed == false)
          #expect(job.answer?.contains("535") == true)
          job = try await test(absent.id, in: room)
          #expect(job.answer?.hasPrefix("Nobody answers at 127.0.0.1:\(free)") == true)
          job = try await test(right.id, sendingTo: "no@example.com", in: room)
          #expect(job.passed == false)
          #expect(job.answer?.contains("refused the test message: 550") == true)
          job = try await test(right.id, sendingTo: "not an address", in: room)
          #expect(job.passed == false)
          #expect(job.answer?.contains("recipient's address is invalid") == true)
          job = try await test(spent.id, sendingTo: "bob@example.com", in: room)
          #expect(job.passed == false)
          job = try await test(Identifier.new(), in: room)
          #expect(job.answer == "This sender has been removed.")
        }
        #expect(mailroom.book.messages == 0)
      }
    }
  }

  @Test func `what another service says at its door is not passed on to a page`() {
    let error = SessionError.violation("“redis 7 secret”, which is no SMTP reply", at: .greeting)
    let endpoint = Endpoint(host: "10.0.0.1", port: 6_379, security: .none)
    #expect(!SenderAdvice.sentence(error, for: endpoint, on: .page).contains("secret"))
    #expect(SenderAdvice.sentence(error, for: endpoint).contains("secret"))
  }

  @Test func `a verdict on what a sender was before it was changed is not kept`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom(taking: { moment in
        if case .connect = moment { .milliseconds(200) } else { .zero }
      })
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let job = Job(
          id: .new(), workspace: room.workspace.id, kind: .senderTest, subject: sender.id,
          createdAt: .now())
        try await room.store.jobs.add(job)
        try await room.whileRunning { _ in
          try await room.until { mailroom.book.connections == 1 }
          var moved = sender
          moved.port = 1
          #expect(try await room.store.senders.update(moved))
          try await room.until {
            try await room.store.jobs.find(job.id, in: room.workspace.id)?.state == .done
          }
        }
        let answered = try await room.store.jobs.find(job.id, in: room.workspace.id)
        #expect(answered?.passed == false)
        #expect(
          answered?.answer == "The sender was changed while it was tested. Test it again.")
        #expect(
          try await room.store.senders.find(sender.id, in: room.workspace.id)?.lastTest == nil)
      }
    }
  }

  @Test func `a test message counts towards the hour, after a restart too`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom()
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port, perHour: 3)
        try await room.whileRunning { _ in
          for _ in 0..<2 {
            let job = try await test(sender.id, sendingTo: "bob@example.com", in: room)
            #expect(job.passed == true)
          }
          // Without a message nothing counts.
          #expect(try await test(sender.id, in: room).passed == true)
        }
        let key = try await room.campaign(to: try await room.upload(), through: sender)
        try await room.whileRunning { _ in
          try await room.until {
            try await room.progress(key).pace.slowReason
              == "Limited to 3 messages an hour by the sender’s setting."
          }
        }
        #expect(mailroom.book.messages == 3)
        #expect(try await room.counts(key)[.sent] == 1)
      }
    }
  }

  @Test func `many jobs are all answered, also those that a dead process had begun`() async throws {
    try await EngineRoom.open { room in
      var jobs: [Job] = []
      for _ in 0..<12 {
        let job = Job(
          id: .new(), workspace: room.workspace.id, kind: .senderTest, subject: room.sandbox.id,
          createdAt: .now())
        try await room.store.jobs.add(job)
        jobs.append(job)
      }
      // Made within one millisecond, they are in no order of age.
      let begun = try #require(try await room.store.jobs.claim(now: .now()))
      #expect(jobs.contains { $0.id == begun.id })
      try await room.whileRunning { _ in
        for job in jobs {
          try await room.until {
            try await room.store.jobs.find(job.id, in: room.workspace.id)?.passed == true
          }
        }
      }
    }
  }
}
