import Model
import Octets
import Storage
import Testing

@Suite("Jobs")
struct JobTests {
  private let now = Scene.start

  @Test func `claimants at once never share a job`() async throws {
    try await Scene.set { scene async throws in
      let (other, _) = try await Store.open(path: scene.path)
      let twin = try await scene.twin(recipients: 0)
      var made: [Identifier] = []
      for number in 0..<30 {
        let workspace = number.isMultiple(of: 3) ? twin.key.workspace : scene.key.workspace
        let job = job(in: workspace, at: number)
        try await scene.store.jobs.add(job)
        made.append(job.id)
      }
      #expect(try await scene.store.jobs.claim(now: now)?.id == made[0])
      let claimed = try await withThrowingTaskGroup(of: [Identifier].self) { group in
        for number in 0..<4 {
          let store = number.isMultiple(of: 2) ? scene.store : other
          group.addTask {
            var mine: [Identifier] = []
            while let job = try await store.jobs.claim(now: now) { mine.append(job.id) }
            return mine
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(claimed.sorted() == Array(made[1...]))
    }
  }

  @Test func `a job waits, runs, and is done with an answer`() async throws {
    try await Scene.set { scene async throws in
      let (jobs, home) = (scene.store.jobs, scene.key.workspace)
      let made = Job(
        id: .new(), workspace: home, kind: .senderTest, subject: scene.campaign.sender,
        argument: "o'hara@example.org", createdAt: now)
      try await jobs.add(made)
      var stored = try #require(try await jobs.find(made.id, in: home))
      #expect(stored.state == .waiting && stored.passed == nil && stored.answer == nil)
      #expect(stored.subject == scene.campaign.sender && stored.argument == made.argument)
      #expect(stored.createdAt == now && stored.kind == .senderTest)
      // An answer to what nobody has begun is nobody's.
      try await jobs.finish(made.id, in: home, passed: true, answer: "early", now: now)
      #expect(try await jobs.find(made.id, in: home)?.state == .waiting)
      #expect(try await jobs.claim(now: now)?.state == .running)
      #expect(try await jobs.claim(now: now) == nil)
      #expect(try await jobs.find(made.id, in: home)?.state == .running)
      try await jobs.finish(made.id, in: home, passed: false, answer: "No.", now: now)
      stored = try #require(try await jobs.find(made.id, in: home))
      #expect(stored.state == .done && stored.passed == false && stored.answer == "No.")
      #expect(try await jobs.claim(now: now) == nil)
    }
  }

  @Test func `what was running when the program ended waits again`() async throws {
    try await Scene.set { scene async throws in
      let (jobs, home) = (scene.store.jobs, scene.key.workspace)
      let (first, second) = (job(in: home, at: 0), job(in: home, at: 1))
      for job in [first, second] {
        try await jobs.add(job)
        _ = try await jobs.claim(now: now)
      }
      try await jobs.finish(first.id, in: home, passed: true, answer: "", now: now)
      try await jobs.requeueRunning()
      #expect(try await jobs.claim(now: now)?.id == second.id)
      #expect(try await jobs.claim(now: now) == nil)
    }
  }

  @Test func `a job of another workspace is neither seen nor finished`() async throws {
    try await Scene.set { scene async throws in
      let (jobs, stranger) = (scene.store.jobs, Identifier.new())
      let made = job(in: scene.key.workspace, at: 0)
      try await jobs.add(made)
      _ = try await jobs.claim(now: now)
      #expect(try await jobs.find(made.id, in: stranger) == nil)
      try await jobs.finish(made.id, in: stranger, passed: true, answer: "", now: now)
      #expect(try await jobs.find(made.id, in: scene.key.workspace)?.state == .running)
    }
  }

  @Test func `answers are kept for a day`() async throws {
    try await Scene.set { scene async throws in
      let (jobs, home) = (scene.store.jobs, scene.key.workspace)
      let (done, waiting) = (job(in: home, at: 0), job(in: home, at: 1))
      for job in [done, waiting] { try await jobs.add(job) }
      _ = try await jobs.claim(now: now)
      try await jobs.finish(done.id, in: home, passed: true, answer: "", now: now)
      try await jobs.add(job(in: home, at: 24 * 3_600))
      #expect(try await jobs.find(done.id, in: home) != nil)
      try await jobs.add(job(in: home, at: 24 * 3_600 + 1))
      #expect(try await jobs.find(done.id, in: home) == nil)
      #expect(try await jobs.find(waiting.id, in: home) != nil)
    }
  }

  @Test func `each change of a job rings`() async throws {
    try await Scene.set { scene async throws in
      let (jobs, bell) = (scene.store.jobs, scene.store.doorbell)
      let made = job(in: scene.key.workspace, at: 0)
      var heard = bell.generation
      try await jobs.add(made)
      #expect(bell.generation > heard)
      _ = try await jobs.claim(now: now)
      heard = bell.generation
      try await jobs.finish(made.id, in: made.workspace, passed: true, answer: "", now: now)
      #expect(bell.generation > heard)
    }
  }

  private func job(in workspace: Identifier, at second: Int) -> Job {
    var random = SystemRandomNumberGenerator()
    let moment = now + .seconds(second)
    return Job(
      id: Identifier(at: moment, from: &random), workspace: workspace, kind: .senderTest,
      subject: .new(), createdAt: moment)
  }
}

@Suite("Jobs of many workspaces")
struct JobTurnTests {
  @Test func `who has the fewest running comes first, and nobody has more than allowed`()
    async throws
  {
    try await Scene.set { scene async throws in
      let (jobs, now) = (scene.store.jobs, Scene.start)
      let (home, twin) = (scene.key.workspace, try await scene.twin(recipients: 0).key.workspace)
      var random = SystemRandomNumberGenerator()
      for (second, workspace) in [home, home, home, home, twin, twin].enumerated() {
        let moment = now + .seconds(second)
        try await jobs.add(
          Job(
            id: Identifier(at: moment, from: &random), workspace: workspace, kind: .senderTest,
            subject: .new(), createdAt: moment))
      }
      var order: [Identifier] = []
      while let job = try await jobs.claim(now: now, mostOfOne: 2) { order.append(job.workspace) }
      #expect(order == [home, twin, home, twin])
      #expect(try await jobs.claim(now: now)?.workspace == home)
    }
  }
}
