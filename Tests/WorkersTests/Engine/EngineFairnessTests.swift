import Foundation
import Model
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// One workspace with much to do does not keep others from their work.
@Suite(.timeLimit(.minutes(3)))
struct EngineFairnessTests {
  @Test func `slow campaigns of one workspace make room for another's`() async throws {
    try await EngineRoom.open { room in
      let gate = SlowRoom()
      try await gate.mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload(EngineRoom.people(1_000))
        var slow: [CampaignKey] = []
        for _ in 0..<5 { slow.append(try await room.campaign(to: list, through: sender)) }
        try await room.whileRunning({ $0.mostCampaigns = 3 }) { _ in
          try await room.until { gate.mailroom.book.messages >= 20 }
          let other = try await room.neighbour()
          let key = try await other.campaign(to: try await other.upload())
          try await other.wait(for: .sent, of: key)
          for key in slow { #expect(try await !room.progress(key).state.isFinal) }
          gate.open()
          for key in slow { try await room.wait(for: .sent, of: key) }
        }
        #expect(gate.mailroom.book.messages == 5_000)
        #expect(try await room.inbox().isEmpty)
      }
    }
  }

  @Test func `a server that never answers keeps no other workspace waiting`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom(taking: { $0.isMessage ? .seconds(3_600) : .zero })
      try await mailroom.whileServing(on: room.loop) { port in
        let sender = try await room.sender(port: port)
        let list = try await room.upload()
        for _ in 0..<4 { _ = try await room.campaign(to: list, through: sender) }
        try await room.whileRunning({
          $0.mostCampaigns = 2
          $0.grace = .milliseconds(50)
        }) { _ in
          try await room.until { mailroom.book.messages >= 8 }
          let other = try await room.neighbour()
          let key = try await other.campaign(to: try await other.upload())
          try await other.wait(for: .sent, of: key)
        }
      }
    }
  }

  @Test func `many lists of one workspace let another's in between`() async throws {
    try await EngineRoom.open { room in
      var many: [Audience] = []
      for _ in 0..<12 { many.append(try await room.upload(EngineRoom.people(20_000))) }
      let other = try await room.neighbour()
      let list = try await other.upload()
      try await room.whileRunning { _ in
        try await other.until {
          try await room.store.audiences.find(list.id, in: other.workspace.id)?.state == .ready
        }
        var unread = 0
        for list in many {
          let found = try await room.store.audiences.find(list.id, in: room.workspace.id)
          if found?.state == .reading { unread += 1 }
        }
        #expect(unread >= 6)
        // What had to make room is read to its end, each row once.
        for list in many {
          try await room.until {
            try await room.store.audiences.find(list.id, in: room.workspace.id)?.state == .ready
          }
          let found = try await room.store.audiences.find(list.id, in: room.workspace.id)
          #expect(found?.rowCount == 20_000)
        }
      }
    }
  }

  @Test func `tests of slow servers let another workspace's test in between`() async throws {
    try await EngineRoom.open { room in
      let mailroom = Mailroom(taking: { moment in
        if case .connect = moment { .seconds(3_600) } else { .zero }
      })
      try await mailroom.whileServing(on: room.loop) { port in
        let slow = try await room.sender(port: port)
        for _ in 0..<40 {
          try await room.store.jobs.add(
            Job(
              id: .new(), workspace: room.workspace.id, kind: .senderTest, subject: slow.id,
              createdAt: .now()))
        }
        let other = try await room.neighbour()
        let job = Job(
          id: .new(), workspace: other.workspace.id, kind: .senderTest, subject: other.sandbox.id,
          createdAt: .now())
        try await room.store.jobs.add(job)
        try await room.whileRunning({ $0.grace = .zero }) { _ in
          try await room.until {
            try await room.store.jobs.find(job.id, in: other.workspace.id)?.passed == true
          }
          // It did not even wait for the first of them to be given up.
          #expect(
            try await room.store.senders.find(slow.id, in: room.workspace.id)?.lastTest == nil)
        }
      }
    }
  }
}
