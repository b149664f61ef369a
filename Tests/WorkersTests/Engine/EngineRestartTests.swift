import Foundation
import Model
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// What a new engine makes of what the one before has left.
@Suite(.timeLimit(.minutes(2)))
struct EngineRestartTests {
  @Test func `an engine that is stopped leaves its campaigns to the next one`() async throws {
    try await EngineRoom.open { room in
      let gate = SlowRoom()
      try await gate.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload(EngineRoom.people(400))
        let key = try await room.campaign(to: list, through: sender)
        try await room.whileRunning { _ in
          try await room.until { gate.mailroom.book.messages >= 50 }
        }
        let counts = try await room.counts(key)
        #expect(try await room.progress(key).state == .sending)
        #expect(counts[.sending] == 0)
        #expect(counts[.sent] == gate.mailroom.book.messages)
        #expect(counts[.queued] == 400 - counts[.sent])
        gate.open()
        try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
        #expect(try await room.counts(key)[.sent] == 400)
        #expect(gate.mailroom.book.dots.count == 400)
        #expect(gate.mailroom.book.dots.values.allSatisfy { $0 == 1 })
      }
    }
  }

  /// Leaves a campaign as a process does that dies: claimed rows, one of them with its intent.
  private func crash(_ key: CampaignKey, in room: EngineRoom) async throws {
    let lease = Lease.new()
    let (claimed, _) = try await room.store.deliveries.claim(
      6, of: key, after: 0, lease: lease, now: .now())
    #expect(claimed.count == 6)
    let receipt = try await room.store.ledger.record(
      nil, thenIntent: Ledger.Intent(number: claimed[2].number, lease: lease, at: .now()),
      of: key, sender: room.sandbox.id)
    #expect(receipt.intentStands)
  }

  private func planned(_ room: EngineRoom) async throws -> CampaignKey {
    let list = try await room.upload()
    let ready = try await Importer(store: room.store).run(
      list, at: "\(room.folder)/uploads/\(list.file)")
    let key = try await room.campaign(to: ready)
    try await Planner(store: room.store).run(
      try #require(try await room.store.campaigns.find(key)))
    return key
  }

  @Test func `a campaign of a process that died goes on by itself, and names what is in doubt`()
    async throws
  {
    try await EngineRoom.open { room in
      let key = try await planned(room)
      try await crash(key, in: room)
      try await room.whileRunning { _ in try await room.wait(for: .sent, of: key) }
      let counts = try await room.counts(key)
      #expect(counts[.sent] == 19)
      #expect(counts[.unknown] == 1)
      #expect(!(try await room.inbox()).contains { $0.recipients == "p3@example.com" })
      // It may have arrived, so it counts against the hour.
      let used = try await room.store.usage.sent(
        in: room.workspace.id, since: .now() + .seconds(-3_600))
      #expect(used.reduce(0) { $0 + $1.count } == 20)
    }
  }

  @Test(arguments: [CampaignState.paused, .cancelled])
  func `what a process that died left of a campaign that had ended is settled`(
    state: CampaignState
  ) async throws {
    try await EngineRoom.open { room in
      let key = try await planned(room)
      try await crash(key, in: room)
      #expect(try await room.store.campaigns.move(key, to: state, now: .now()) == .sending)
      try await room.whileRunning { _ in
        try await room.until { try await room.progress(key).counts[.sending] == 0 }
        if state == .cancelled {
          try await room.until { try await room.progress(key).counts.isFinished }
        }
      }
      let counts = try await room.counts(key)
      #expect(counts[.unknown] == 1)
      #expect(counts[state == .paused ? .queued : .cancelled] == 19)
      #expect(try await room.progress(key).state == state)
      #expect(try await room.inbox().isEmpty)
    }
  }

  @Test func `an import that was interrupted goes on where it stopped`() async throws {
    try await EngineRoom.open { room in
      let list = try await room.upload(EngineRoom.people(12_000))
      let stop = StopSign()
      stop.raise()
      let half = try await Importer(store: room.store, stop: stop).run(
        list, at: "\(room.folder)/uploads/\(list.file)")
      #expect(half.state == .reading)
      #expect(room.exists("uploads/\(list.file)"))
      let key = try await room.campaign(to: list) { $0.content.isTransactional = true }
      try await room.whileRunning { _ in
        try await room.until { try await room.progress(key).counts.total == 12_000 }
        #expect(try await room.store.campaigns.cancel(key, now: .now()))
        try await room.until { try await room.progress(key).counts.isFinished }
      }
      #expect(!room.exists("uploads/\(list.file)"))
    }
  }

  @Test func `the hour's share is not given out again after a restart`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom()
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port, perHour: 10)
        let key = try await room.campaign(to: try await room.upload(), through: sender)
        for _ in 0..<3 {
          try await room.whileRunning { _ in
            try await room.until {
              try await room.progress(key).pace.slowReason
                == "Limited to 10 messages an hour by the sender’s setting."
            }
            #expect(try await room.progress(key).state == .sending)
            #expect(try await room.counts(key)[.queued] == 10)
            let finish = try #require(try await room.progress(key).pace.finishEstimate)
            #expect(finish > .now() + .seconds(3_500) && finish < .now() + .seconds(3_700))
          }
          #expect(mailroom.book.messages == 10)
        }
        // A higher limit is noticed by a campaign that waits for the hour to pass.
        try await room.whileRunning { _ in
          try await room.until { try await room.progress(key).pace.slowReason != nil }
          var more = sender
          more.limits.perHour = 15
          #expect(try await room.store.senders.update(more))
          try await room.until { mailroom.book.messages == 15 }
          more.limits.perHour = nil
          #expect(try await room.store.senders.update(more))
          var house = room.workspace
          house.messagesPerHour = 18
          #expect(try await room.store.workspaces.update(house))
          try await room.until {
            try await room.progress(key).pace.slowReason
              == "Limited to 18 messages an hour by the workspace’s setting."
          }
          #expect(mailroom.book.messages == 18)
          house.messagesPerHour = nil
          #expect(try await room.store.workspaces.update(house))
          try await room.wait(for: .sent, of: key)
        }
        #expect(mailroom.book.messages == 20)
      }
    }
  }

  @Test func `what is in doubt counts towards the hour after a restart, also if it is sent again`()
    async throws
  {
    try await EngineRoom.open { room in
      // Everything arrives, and no one is told.
      let mailroom = Mailroom { moment, _ in moment.isMessage ? .drop : .accept }
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port, perHour: 5)
        let key = try await room.campaign(to: try await room.upload(), through: sender) {
          $0.inDoubt = .resend
        }
        for _ in 0..<2 {
          try await room.whileRunning { _ in
            try await room.until {
              try await room.progress(key).pace.slowReason
                == "Limited to 5 messages an hour by the sender’s setting."
            }
          }
          #expect(mailroom.book.messages == 5)
        }
        #expect(try await room.counts(key)[.sent] == 0)
      }
    }
  }

  @Test func `a start removes the files that nobody asks for, and no others`() async throws {
    try await EngineRoom.open { room in
      let waiting = try await room.upload(name: "waiting")
      let list = try await room.upload(name: "ready")
      _ = try await Importer(store: room.store).run(list, at: "\(room.folder)/uploads/ready")
      for name in ["uploads/orphan", "attachments/orphan", "attachments/draft", "attachments/sent"]
      {
        try room.write("x", to: name)
      }
      let old = Date(timeIntervalSinceNow: -100)
      for name in try FileManager.default.subpathsOfDirectory(atPath: room.folder) {
        try FileManager.default.setAttributes(
          [.modificationDate: old], ofItemAtPath: "\(room.folder)/\(name)")
      }
      try room.write("x", to: "uploads/young")
      _ = try await room.campaign(to: list, state: .draft) {
        $0.content.attachments = [StoredAttachment(name: "a", file: "draft", size: 1)]
      }
      _ = try await room.campaign(to: list, state: .sent) {
        $0.content.attachments = [StoredAttachment(name: "a", file: "sent", size: 1)]
      }
      try await room.whileRunning { _ in
        try await room.until {
          try await room.store.audiences.find(waiting.id, in: room.workspace.id)?.state == .ready
        }
        for name in ["uploads/orphan", "uploads/ready", "attachments/orphan", "attachments/sent"] {
          #expect(!room.exists(name), "\(name)")
        }
        for name in ["uploads/young", "attachments/draft"] { #expect(room.exists(name), "\(name)") }
      }
    }
  }

  @Test func `an attachment stays as long as something may be sent with it`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom { moment, _ in
        switch moment.recipient {
        case "p1@example.com" where moment.isRecipient:
          .reply(ServerReply(550, "5.1.1", "No such user"))
        case "p2@example.com" where moment.isMessage: .drop
        default: .accept
        }
      }
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let file = StoredAttachment(name: "note.txt", file: "kept", size: 4)
        try room.write("note", to: "attachments/kept")
        let key = try await room.campaign(
          to: try await room.upload(EngineRoom.people(2)), through: sender
        ) { $0.content.attachments = [file] }
        let copy = try #require(try await room.store.campaigns.copy(key, now: .now()))
        try await room.whileRunning { _ in
          try await room.wait(for: .sent, of: key)
          let counts = try await room.counts(key)
          #expect(counts[.failed] == 1)
          #expect(counts[.unknown] == 1)
          #expect(room.exists("attachments/kept"))
          // The copy is a draft and has the same file.
          #expect(try await room.store.campaigns.remove(copy.key))
          #expect(try await room.store.deliveries.retry(.unknown, of: key, now: .now()) == 1)
          try await room.until { try await room.progress(key).counts[.unknown] == 1 }
          try await room.wait(for: .sent, of: key)
          #expect(room.exists("attachments/kept"))
        }
        #expect(mailroom.book.dots["p2@example.com"] == 2)
      }
      // A campaign whose messages all arrived, or were refused for good, needs it no more.
      let good = Mailroom()
      try await good.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        try room.write("note", to: "attachments/gone")
        let key = try await room.campaign(to: try await room.upload(), through: sender) {
          $0.content.attachments = [StoredAttachment(name: "note.txt", file: "gone", size: 4)]
        }
        try await room.whileRunning { _ in
          try await room.wait(for: .sent, of: key)
          try await room.until { !room.exists("attachments/gone") }
        }
      }
    }
  }
}
