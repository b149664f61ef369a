import Model
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// What a campaign comes to when its workspace rehearses a bad day.
@Suite(.timeLimit(.minutes(2)))
struct RehearsalTests {
  /// Sends to so many people and waits until none is left that has not been tried.
  private func rehearse(
    _ script: Rehearsal.Script, in room: EngineRoom, people: Int
  ) async throws -> CampaignKey {
    try await room.store.rehearsals.choose(script, in: room.workspace.id, now: .now())
    return try await room.campaign(to: try await room.upload(EngineRoom.people(people)))
  }

  private func settled(_ key: CampaignKey, in room: EngineRoom) async throws -> CampaignCounts {
    try await room.until {
      let progress = try await room.progress(key)
      return progress.counts.total > 0 && progress.state != .preparing
        && progress.counts[.queued] + progress.counts[.sending] == 0
    }
    return try await room.counts(key)
  }

  @Test func `there is a script for everything that can be rehearsed`() {
    #expect(
      Rehearsal.Script.allCases.map(\.rawValue).sorted()
        == ScriptPreset.allCases.map(\.rawValue).sorted())
    for script in Rehearsal.Script.allCases { #expect(script.play != nil) }
  }

  @Test func `greylisting defers everybody here, and nobody next door`() async throws {
    try await EngineRoom.open { room in
      let next = try await room.neighbour()
      let key = try await rehearse(.greylist, in: room, people: 12)
      let other = try await next.campaign(to: try await next.upload())
      try await room.whileRunning { _ in
        try await next.wait(for: .sent, of: other)
        let counts = try await settled(key, in: room)
        #expect(counts[.deferred] == 12)
        #expect(try await room.inbox().isEmpty)
        #expect(try await next.inbox().count == 20)
      }
    }
  }

  @Test func `a choice takes effect while the sandbox runs`() async throws {
    try await EngineRoom.open { room in
      let key = try await rehearse(.greylist, in: room, people: 3)
      try await room.whileRunning { _ in
        #expect(try await settled(key, in: room)[.deferred] == 3)
        try await room.store.rehearsals.choose(nil, in: room.workspace.id, now: .now())
        // Whoever asks again is taken, at the latest once the change has been seen.
        try await room.until {
          _ = try await room.store.deliveries.sendNow(key, 2, now: .now())
          return try await room.progress(key).counts[.sent] == 1
        }
        #expect(try await room.inbox().map(\.recipients) == ["p2@example.com"])
      }
    }
  }

  @Test func `a throttle lets fifty through`() async throws {
    try await EngineRoom.open { room in
      let key = try await rehearse(.throttle, in: room, people: 60)
      try await room.whileRunning { _ in
        let counts = try await settled(key, in: room)
        #expect(counts[.sent] == 50)
        #expect(counts[.deferred] == 10)
        #expect(try await room.inbox().count == 50)
      }
    }
  }

  @Test func `unknown users fail for good, always the same ones`() async throws {
    try await EngineRoom.open { room in
      let key = try await rehearse(.unknown, in: room, people: 200)
      try await room.whileRunning { _ in
        try await room.wait(for: .sent, of: key)
        let counts = try await room.counts(key)
        #expect((1...25).contains(counts[.failed]))
        #expect(counts[.sent] + counts[.failed] == 200)
        #expect(try await room.inbox().count == counts[.sent])
        let again = try await room.campaign(
          to: try await room.upload(EngineRoom.people(200)))
        try await room.wait(for: .sent, of: again)
        #expect(try await room.counts(again)[.failed] == counts[.failed])
      }
    }
  }

  @Test func `after a bad day the books still balance`() async throws {
    try await EngineRoom.open { room in
      let key = try await rehearse(.badDay, in: room, people: 300)
      try await room.whileRunning { _ in
        let counts = try await settled(key, in: room)
        #expect(counts[.sent] > 200)
        #expect(counts[.failed] > 0 && counts[.deferred] > 0)
        #expect(counts[.sent] + counts[.failed] + counts[.deferred] + counts[.unknown] == 300)
        let arrived = try await room.inbox().map(\.recipients)
        #expect(Set(arrived).count == arrived.count)
        // What arrived without a reply is in doubt.
        #expect(counts[.sent]...counts[.sent] + counts[.unknown] ~= arrived.count)
      }
    }
  }

  @Test func `what goes on keeps its memory, what is chosen again begins anew`()
    async throws
  {
    try await EngineRoom.open { room in
      let (stage, workspace) = (RehearsalStage(store: room.store, log: nil), room.workspace.id)
      var visit = ServerVisit()
      visit.user = Array(workspace.text(.workspace).utf8)
      visit.sender = [UInt8]("a@example.org".utf8)
      let mail = ServerMoment.mail(from: visit.sender)
      let first = Rehearsal(.throttle, begunAt: .now())
      stage.prepare([workspace: first])
      func taken() -> Int { (0..<60).count(where: { _ in stage.decide(mail, visit).takes }) }
      #expect(taken() == 50)
      stage.prepare([workspace: first])
      #expect(taken() == 0)
      let later = first.begunAt + Duration.seconds(1)
      stage.prepare([workspace: Rehearsal(.throttle, begunAt: later)])
      #expect(taken() == 50)
      stage.prepare([:])
      #expect(taken() == 60)
      visit.user = nil
      #expect(taken() == 60)
    }
  }

  @Test func `what a script has for those who connect is played when they sign in`()
    async throws
  {
    try await EngineRoom.open { room in
      let (stage, workspace) = (RehearsalStage(store: room.store, log: nil), room.workspace.id)
      stage.prepare([workspace: Rehearsal(.badDay, begunAt: .now())])
      let user = Array(workspace.text(.workspace).utf8)
      let turnedAway = (1...200).count(where: { number in
        #expect(stage.decide(.connect, ServerVisit(connection: number)) == .accept)
        return !stage.decide(.authentication(user: user), ServerVisit(connection: number)).takes
      })
      #expect((8...30).contains(turnedAway))
      #expect(stage.decide(.authentication(user: [1]), ServerVisit()) == .accept)
    }
  }
}
