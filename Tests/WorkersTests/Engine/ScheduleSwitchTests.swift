import Foundation
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// Campaigns whose time comes, with the schedule switched on and off, and one round of all that is
/// due.
@Suite(.timeLimit(.minutes(2)))
struct ScheduleSwitchTests {
  @Test func `while the schedule is off, campaigns wait; what somebody sends is sent`()
    async throws
  {
    try await EngineRoom.open { room in
      try await room.store.settings.setSchedule(isOn: false)
      try await room.whileRunning { _ in
        let list = try await room.upload()
        let waiting = try await room.campaign(
          to: list, state: .scheduled, at: .now() + .seconds(-60))
        let now = try await room.campaign(to: list)
        try await room.wait(for: .sent, of: now)
        #expect(try await room.progress(waiting).state == .scheduled)
        try await room.store.settings.setSchedule(isOn: true)
        try await room.wait(for: .sent, of: waiting)
      }
    }
  }

  @Test func `one round sends all that is due, also with the schedule off, and ends by itself`()
    async throws
  {
    try await EngineRoom.open { room in
      try await room.store.settings.setSchedule(isOn: false)
      let mailroom = Mailroom { moment, book in
        moment.isRecipient && moment.recipient == "p7@example.com"
          && book.tries["p7@example.com"] == nil
          ? .reply(ServerReply(450, "4.2.0", "Later")) : .accept
      }
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload()
        let due = try await room.campaign(
          to: list, through: sender, state: .scheduled, at: .now() + .seconds(-60))
        let later = try await room.campaign(
          to: list, through: sender, state: .scheduled, at: .now() + .seconds(3_600))
        let engine = room.engine { $0.endsWhenIdle = true }
        try await engine.run()
        #expect(try await room.counts(due)[.sent] == 19)
        #expect(try await room.counts(due)[.deferred] == 1)
        #expect(try await room.progress(due).state == .sending)
        #expect(try await room.progress(later).state == .scheduled)
        // The next round finds it due.
        #expect(try await room.store.deliveries.sendNow(due, 7, now: .now()))
        try await room.engine { $0.endsWhenIdle = true }.run()
        #expect(try await room.progress(due).state == .sent)
        #expect(mailroom.book.messages == 20)
      }
    }
  }

  @Test func `a round with nothing to do is over at once`() async throws {
    try await EngineRoom.open { room in
      try await room.engine { $0.endsWhenIdle = true }.run()
    }
  }
}
