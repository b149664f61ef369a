import Foundation
import Locking
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// Campaigns from the uploaded file to the last message.
@Suite(.timeLimit(.minutes(2)))
struct EngineCampaignTests {
  @Test func `a campaign from an uploaded file arrives in the sandbox's inbox`() async throws {
    try await EngineRoom.open { room in
      let list = try await room.upload(EngineRoom.people(200) + "nonsense,X\np1@example.com,Y\n")
      let key = try await room.campaign(to: list)
      try await room.whileRunning { _ in
        try await room.wait(for: .sent, of: key)
        let counts = try await room.counts(key)
        #expect(counts[.sent] == 200)
        #expect(counts[.skipped] == 2)
        let inbox = try await room.inbox()
        #expect(inbox.count == 200)
        #expect(Set(inbox.map(\.recipients)).count == 200)
        let one = try #require(inbox.first { $0.recipients == "p7@example.com" })
        #expect(one.subject == "Hello P7")
        #expect(one.from == "Ada <ada@example.org>")
        #expect(one.envelopeFrom == "ada@example.org")
        let content = try #require(try await room.store.inbox.find(one.id, in: room.workspace.id))
        #expect(String(decoding: content.content, as: UTF8.self).contains("Hi P7!"))
      }
      #expect(!room.exists("uploads/\(list.file)"))
      let progress = try await room.progress(key)
      #expect(progress.pace.slowReason == nil)
    }
  }

  @Test func `a list without a campaign is read too`() async throws {
    try await EngineRoom.open { room in
      try await room.whileRunning { _ in
        let list = try await room.upload()
        try await room.until {
          try await room.store.audiences.find(list.id, in: room.workspace.id)?.state == .ready
        }
        try await room.until { !room.exists("uploads/\(list.file)") }
        let ready = try await room.store.audiences.find(list.id, in: room.workspace.id)
        #expect(ready?.rowCount == 20)
      }
    }
  }

  @Test func `a file that breaks off fails its list and its campaign, with the same words`()
    async throws
  {
    try await EngineRoom.open { room in
      let list = try await room.upload("email,name\na@example.com,A\nb@example.com,\"B\n")
      let key = try await room.campaign(to: list)
      try await room.whileRunning { _ in
        try await room.wait(for: .failed, of: key)
        let failed = try await room.store.audiences.find(list.id, in: room.workspace.id)
        #expect(failed?.state == .failed)
        let words = try #require(failed?.failure)
        #expect(words.contains("never closed"))
        #expect(try await room.progress(key).failure == words)
        try await room.until { !room.exists("uploads/\(list.file)") }
      }
      #expect(try await room.inbox().isEmpty)
    }
  }

  @Test func `a file that is gone is asked for again, without telling where it lay`() async throws {
    try await EngineRoom.open { room in
      let list = try await room.upload(name: "gone")
      try FileManager.default.removeItem(atPath: "\(room.folder)/uploads/gone")
      let key = try await room.campaign(to: list)
      try await room.whileRunning { _ in
        try await room.wait(for: .failed, of: key)
        #expect(
          try await room.progress(key).failure
            == "The file is not there any more. Upload it again.")
      }
    }
  }

  @Test func `a campaign begins when its time has come, and not before`() async throws {
    try await EngineRoom.open { room in
      let list = try await room.upload()
      let due = try await room.campaign(
        to: list, state: .scheduled, at: .now() + .milliseconds(300))
      let later = try await room.campaign(
        to: list, state: .scheduled, at: .now() + .seconds(3_600))
      let draft = try await room.campaign(to: list, state: .draft)
      try await room.whileRunning { _ in
        try await room.wait(for: .sent, of: due)
        #expect(try await room.progress(later).state == .scheduled)
        #expect(try await room.progress(draft).state == .draft)
        // Someone puts it forward.
        _ = try await room.store.campaigns.schedule(later, at: .now(), zone: "UTC", now: .now())
        try await room.wait(for: .sent, of: later)
      }
      #expect(try await room.inbox().count == 40)
    }
  }

  @Test func `a pause holds a campaign and a resumption goes on, with nobody written to twice`()
    async throws
  {
    try await EngineRoom.open { room in
      let gate = SlowRoom()
      try await gate.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload(EngineRoom.people(300))
        let key = try await room.campaign(to: list, through: sender)
        try await room.whileRunning { _ in
          try await room.until { gate.mailroom.book.messages >= 40 }
          let asked = Timestamp.now()
          #expect(try await room.store.campaigns.move(key, to: .paused, now: asked) == .sending)
          try await room.until { try await room.progress(key).counts[.sending] == 0 }
          #expect(Timestamp.now() - asked < .seconds(5))
          let counts = try await room.counts(key)
          #expect(counts[.sent] == gate.mailroom.book.messages)
          #expect(counts[.queued] == 300 - counts[.sent])
          #expect(counts[.queued] > 0)
          gate.open()
          #expect(try await room.store.campaigns.move(key, to: .sending, now: .now()) == .paused)
          try await room.wait(for: .sent, of: key)
        }
        #expect(try await room.counts(key)[.sent] == 300)
        #expect(gate.mailroom.book.dots.values.allSatisfy { $0 == 1 })
        #expect(gate.mailroom.book.dots.count == 300)
      }
    }
  }

  @Test func `a cancellation ends what has not left`() async throws {
    try await EngineRoom.open { room in
      let gate = SlowRoom()
      try await gate.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload(EngineRoom.people(300))
        let key = try await room.campaign(to: list, through: sender)
        try await room.whileRunning { _ in
          try await room.until { gate.mailroom.book.messages >= 40 }
          #expect(try await room.store.campaigns.cancel(key, now: .now()))
          try await room.until { try await room.progress(key).counts.isFinished }
        }
        let counts = try await room.counts(key)
        #expect(counts[.sent] == gate.mailroom.book.messages)
        #expect(counts[.cancelled] == 300 - counts[.sent])
        #expect(counts[.cancelled] > 0)
        #expect(try await room.progress(key).state == .cancelled)
      }
    }
  }

  @Test func `a pause while the audience is frozen is kept, and resumed to the end`() async throws {
    try await EngineRoom.open { room in
      let list = try await room.upload(EngineRoom.people(6_000))
      let key = try await room.campaign(to: list)
      try await room.whileRunning { _ in
        try await room.until {
          try await room.store.campaigns.move(key, to: .paused, now: .now()) != nil
        }
        try await room.until {
          try await room.store.audiences.find(list.id, in: room.workspace.id)?.state == .ready
        }
        #expect(try await room.progress(key).state == .paused)
        #expect(try await room.progress(key).counts[.sent] == 0)
        // Whichever state the page picks.
        #expect(try await room.store.campaigns.move(key, to: .sending, now: .now()) == .paused)
        try await room.wait(for: .sent, of: key)
      }
      #expect(try await room.counts(key)[.sent] == 6_000)
    }
  }

  @Test func `a wrong password fails the campaign in plain words, and a right one brings it back`()
    async throws
  {
    try await EngineRoom.open { room in
      let mailroom = Mailroom()
      let configure = { (configuration: inout ServerConfiguration) in
        configuration.authenticator = { _, password in password == [UInt8]("right".utf8) }
        configuration.requiresAuthentication = true
      }
      try await mailroom.whileServing(on: room.loop, configure) { port in
        let sender = try await room.sender(port: port, user: "ada", password: "wrong")
        let key = try await room.campaign(to: try await room.upload(), through: sender)
        try await room.whileRunning { _ in
          try await room.wait(for: .failed, of: key)
          try await room.until { try await room.progress(key).counts.isFinished }
          let words = try #require(try await room.progress(key).failure)
          #expect(words.contains("refused the user name or the password: 535"))
          #expect(!words.contains("command"))
          #expect(try await room.counts(key)[.cancelled] == 20)
          let row = try #require(
            try await room.store.deliveries.report(of: key, after: 0, limit: 1).first)
          #expect(row.reason.hasPrefix("not sent: "))

          var mended = SenderEndpoint.sealed(
            Endpoint(
              host: "127.0.0.1", port: port, security: .none,
              credentials: Credentials(user: "ada", password: [UInt8]("right".utf8))),
            id: sender.id, workspace: room.workspace.id, keys: room.keys)
          mended.fromAddress = sender.fromAddress
          #expect(try await room.store.senders.update(mended))
          #expect(try await room.store.deliveries.retry(.cancelled, of: key, now: .now()) == 20)
          try await room.wait(for: .sent, of: key)
        }
        #expect(try await room.counts(key)[.sent] == 20)
        #expect(mailroom.book.messages == 20)
      }
    }
  }

  @Test func `one campaign that cannot be sent does not keep others from it`() async throws {
    try await EngineRoom.open { room in
      let list = try await room.upload()
      let broken = try await room.campaign(to: list) {
        $0.content.text = [UInt8]("{% if %}".utf8)
      }
      let unsigned = try await room.campaign(to: list) { $0.content.from = "nobody" }
      let bare = try await room.campaign(to: list) {
        $0.content.attachments = [StoredAttachment(name: "a.pdf", file: "none", size: 1)]
      }
      let good = try await room.campaign(to: list)
      try await room.whileRunning { _ in
        for key in [broken, unsigned, bare] { try await room.wait(for: .failed, of: key) }
        try await room.wait(for: .sent, of: good)
      }
      #expect(
        try await room.progress(broken).failure?.hasPrefix("The message cannot be made: the text")
          == true)
      #expect(try await room.progress(unsigned).failure?.contains("From") == true)
      #expect(
        try await room.progress(bare).failure
          == "The attachment “a.pdf” is not there any more. Attach it again.")
      #expect(try await room.inbox().count == 20)
    }
  }
}

/// A server that takes its time for each message until it is told not to.
final class SlowRoom: Sendable {
  private let isOpen = Lock(false)
  let mailroom: Mailroom

  init() {
    let isOpen = isOpen
    mailroom = Mailroom(taking: { moment in
      moment.isMessage && !isOpen.withLock { $0 } ? .milliseconds(20) : .zero
    })
  }

  func open() { isOpen.withLock { $0 = true } }
}
