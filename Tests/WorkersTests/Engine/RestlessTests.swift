import Foundation
import Model
import Octets
import SMTP
import Storage
import Testing
import Workers

/// Somebody who cannot leave the buttons alone.
@Suite(.timeLimit(.minutes(2)))
struct RestlessTests {
  @Test func `paused and resumed a hundred times, everybody gets one message`() async throws {
    try await EngineRoom.open { room in
      let slow = SlowRoom()
      try await slow.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let key = try await room.campaign(
          to: try await room.upload(EngineRoom.people(3_000)), through: sender)
        try await room.whileRunning { _ in
          try await room.until { slow.mailroom.book.messages > 0 }
          for round in 0..<100 {
            let before = try await room.progress(key).counts.processed
            #expect(
              try await room.store.campaigns.move(key, to: .paused, now: .now()) == .sending)
            // Sometimes it is given the time to come to rest, sometimes not even to notice.
            if round % 4 == 0 {
              try await room.until { try await room.progress(key).counts[.sending] == 0 }
              #expect(try await room.counts(key)[.sent] == slow.mailroom.book.messages)
            }
            #expect(
              try await room.store.campaigns.move(key, to: .sending, now: .now()) == .paused)
            if round % 5 == 0 {
              try await room.until { try await room.progress(key).counts.processed > before }
            }
          }
          slow.open()
          try await room.wait(for: .sent, of: key)
        }
        let counts = try await room.counts(key)
        #expect(counts[.sent] == 3_000)
        #expect(slow.mailroom.book.messages == 3_000)
        #expect(slow.mailroom.book.dots.count == 3_000)
      }
    }
  }

  @Test func `campaigns that are cancelled half-way send what they say they sent, and no more`()
    async throws
  {
    try await EngineRoom.open { room in
      let slow = SlowRoom()
      try await slow.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload(EngineRoom.people(200))
        try await room.whileRunning { _ in
          var total = 0
          for _ in 0..<10 {
            let key = try await room.campaign(to: list, through: sender)
            try await room.until { slow.mailroom.book.messages > total }
            #expect(try await room.store.campaigns.cancel(key, now: .now()))
            try await room.until { try await room.progress(key).counts.isFinished }
            let counts = try await room.counts(key)
            #expect(counts[.sent] + counts[.cancelled] == 200)
            #expect(counts[.cancelled] > 0)
            total += counts[.sent]
            #expect(slow.mailroom.book.messages == total)
          }
        }
      }
    }
  }
}
