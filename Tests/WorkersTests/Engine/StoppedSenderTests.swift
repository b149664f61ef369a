import Foundation
import Locking
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// Servers that refuse the sign-in: one try, and nobody knocks again before something has changed.
@Suite(.timeLimit(.minutes(2)))
struct StoppedSenderTests {
  /// A server that lets in whoever knows the password, and counts who tries.
  private final class Lodge: Sendable {
    let mailroom: Mailroom
    let tries = Lock(0)
    let password = Lock("right")

    init(_ script: @escaping Mailroom.Script = { _, _ in .accept }) { mailroom = Mailroom(script) }

    func whileServing(_ room: EngineRoom, _ body: (UInt16) async throws -> Void) async throws {
      try await mailroom.whileServing(
        on: room.loop,
        { configuration in
          configuration.requiresAuthentication = true
          configuration.authenticator = { [self] _, given in
            tries.withLock { $0 += 1 }
            return given == Array(password.withLock { $0 }.utf8)
          }
        }, body)
    }
  }

  private func find(_ sender: Sender, _ room: EngineRoom) async throws -> Sender {
    try #require(try await room.store.senders.find(sender.id, in: room.workspace.id))
  }

  @Test func `a wrong password is tried once, however many campaigns want to send`() async throws {
    try await EngineRoom.open { room in
      let lodge = Lodge()
      try await lodge.whileServing(room) { port in
        let sender = try await room.sender(port: port, user: "ada", password: "wrong")
        let list = try await room.upload()
        var keys: [CampaignKey] = []
        for _ in 0..<6 { keys.append(try await room.campaign(to: list, through: sender)) }
        try await room.whileRunning { _ in
          for key in keys { try await room.wait(for: .failed, of: key) }
          for key in keys {
            try await room.until { try await room.progress(key).counts.isFinished }
          }
          // One that comes later does not try either.
          let late = try await room.campaign(to: list, through: sender)
          try await room.wait(for: .failed, of: late)
          #expect(
            try await room.progress(late).failure?.hasPrefix("Its sender is stopped. 127.0.0.1")
              == true)
        }
        // Nor after a restart.
        let later = try await room.campaign(to: list, through: sender)
        try await room.whileRunning { _ in try await room.wait(for: .failed, of: later) }
        #expect(lodge.tries.withLock { $0 } == 1)
        #expect(lodge.mailroom.book.messages == 0)
        for key in keys {
          #expect(try await room.counts(key)[.cancelled] == 20)
          #expect(
            try await room.progress(key).failure?.contains("refused the user name or the password")
              == true)
        }
        let refusal = try #require(try await find(sender, room).refusal)
        #expect(refusal.answer.contains("refused the user name or the password"))
        #expect(try await find(sender, room).lastTest?.passed == false)
      }
    }
  }

  @Test func `another password lets it go to work again, another name does not`() async throws {
    try await EngineRoom.open { room in
      let lodge = Lodge()
      try await lodge.whileServing(room) { port in
        let sender = try await room.sender(port: port, user: "ada", password: "wrong")
        let list = try await room.upload()
        let key = try await room.campaign(to: list, through: sender)
        try await room.whileRunning { _ in
          try await room.wait(for: .failed, of: key)
          var renamed = try await find(sender, room)
          renamed.name = "Home office"
          renamed.limits.perHour = 1_000
          #expect(try await room.store.senders.update(renamed))
          #expect(try await find(sender, room).refusal != nil)
          var mended = SenderEndpoint.sealed(
            Endpoint(
              host: "127.0.0.1", port: port, security: .none,
              credentials: Credentials(user: "ada", password: Array("right".utf8))),
            id: sender.id, workspace: room.workspace.id, keys: room.keys)
          mended.fromAddress = "ada@example.org"
          #expect(try await room.store.senders.update(mended))
          #expect(try await find(sender, room).refusal == nil)
          let again = try await room.campaign(to: list, through: sender)
          try await room.wait(for: .sent, of: again)
        }
        #expect(lodge.mailroom.book.messages == 20)
      }
    }
  }

  @Test func `a test that passes lets it go to work again, one that fails does not`() async throws {
    try await EngineRoom.open { room in
      let lodge = Lodge()
      try await lodge.whileServing(room) { port in
        let sender = try await room.sender(port: port, user: "ada", password: "late")
        let list = try await room.upload()
        let key = try await room.campaign(to: list, through: sender)
        try await room.whileRunning { _ in
          try await room.wait(for: .failed, of: key)
          for (password, passes) in [("right", false), ("late", true)] {
            lodge.password.withLock { $0 = password }
            let job = Job(
              id: .new(), workspace: room.workspace.id, kind: .senderTest, subject: sender.id,
              argument: "", createdAt: .now())
            try await room.store.jobs.add(job)
            try await room.until {
              try await room.store.jobs.find(job.id, in: job.workspace)?.state == .done
            }
            #expect((try await find(sender, room).refusal == nil) == passes)
          }
          let again = try await room.campaign(to: list, through: sender)
          try await room.wait(for: .sent, of: again)
        }
        #expect(lodge.mailroom.book.messages == 20)
      }
    }
  }

  @Test func `a campaign with open connections stops as well`() async throws {
    try await EngineRoom.open { room in
      let slow = SlowRoom()
      try await slow.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let key = try await room.campaign(
          to: try await room.upload(EngineRoom.people(2_000)), through: sender)
        try await room.whileRunning { _ in
          try await room.until { slow.mailroom.book.messages > 10 }
          // Another campaign has learnt it.
          #expect(
            try await room.store.senders.stop(
              sender, because: SignInRefusal(at: .now(), answer: "The server said no.")))
          try await room.wait(for: .failed, of: key)
          #expect(
            try await room.progress(key).failure == "Its sender is stopped. The server said no.")
          try await room.until { try await room.progress(key).counts.isFinished }
        }
        let counts = try await room.counts(key)
        #expect(counts[.sent] == slow.mailroom.book.messages)
        #expect(counts[.sent] + counts[.cancelled] == 2_000)
      }
    }
  }

  @Test func `454 is no reason to stop a sender: it is tried again later`() async throws {
    try await EngineRoom.open { room in
      let lodge = Lodge { moment, book in
        if case .authentication = moment, book.connections < 3 {
          return .reply(ServerReply(454, "4.7.0", "Not now"))
        }
        return .accept
      }
      try await lodge.whileServing(room) { port in
        let sender = try await room.sender(port: port, user: "ada", password: "right")
        let key = try await room.campaign(to: try await room.upload(), through: sender)
        try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
        #expect(try await room.counts(key)[.sent] == 20)
        #expect(try await find(sender, room).refusal == nil)
        #expect(lodge.mailroom.book.connections >= 3)
      }
    }
  }
}
