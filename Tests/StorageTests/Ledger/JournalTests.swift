import Database
import Foundation
import Locking
import Model
import Octets
import Storage
import TestSupport
import Testing

/// What stands in the journal alone, because the rows follow later.
@Suite("The ledger's journal")
struct JournalTests {
  @Test
  func `what has returned is in the journal, and a program that starts puts it into the rows`()
    async throws
  {
    try await Scene.set(recipients: 8, journaling: .always) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(8, lease: lease)
      for number in 1...8 { try await scene.intend(number, lease: lease) }
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      try await scene.record(Sample.refused, of: 2, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 3, lease: lease)
      let image = try scene.image("killed")
      let (store, _) = try await Store.open(path: image)
      let report = try await store.deliveries.report(of: scene.key, after: 0, limit: 9)
      #expect(report.prefix(3).map(\.state) == [.sent, .failed, .deferred])
      let counts = try #require(try await store.campaigns.find(scene.key)).counts
      #expect(counts == (try await store.deliveries.recount(scene.key)))
      let settled = try await store.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (0, 5))
    }
  }

  @Test func `a second start puts nothing in twice`() async throws {
    try await Scene.set(recipients: 3, journaling: .always) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(3, lease: lease)
      for number in 1...3 { try await scene.record(Sample.accepted, of: number, lease: lease) }
      let image = try scene.image("killed")
      for _ in 0..<3 {
        let (store, _) = try await Store.open(path: image)
        let counts = try #require(try await store.campaigns.find(scene.key)).counts
        #expect(counts[.sent] == 3)
        let found = try await store.deliveries.find(scene.key, 1)
        #expect(found?.attempts.count == 1)
      }
    }
  }

  @Test(arguments: [
    Verdict(
      state: .sent,
      answer: ServerAnswer(code: 250, enhancedCode: "2.0.0", text: [UInt8](0...255))),
    Verdict(state: .failed, answer: ServerAnswer(code: 550)),
    Verdict(state: .failed, reason: "“no” address"),
    Verdict(state: .unknown, reason: ""),
    Verdict(
      state: .deferred, answer: ServerAnswer(code: 421, text: []), reason: "lost",
      dueAt: Scene.start),
    Verdict(state: .deferred, reason: "no reply", dueAt: Scene.start, isInDoubt: true),
    // Longer than a slot.
    Verdict(
      state: .failed, answer: ServerAnswer(code: 599, text: [UInt8](repeating: 0x41, count: 70_000))
    ),
  ])
  func `every verdict comes back from the journal as it was`(_ verdict: Verdict) async throws {
    try await Scene.set(recipients: 2) { direct async throws in
      try await Scene.set(recipients: 2, journaling: .always) { scene async throws in
        let lease = Lease.new()
        for each in [direct, scene] {
          _ = try await each.claim(2, lease: lease)
          let receipt = try await each.record(verdict, of: 1, lease: lease)
          #expect(receipt.outcomeStands)
        }
        let (store, _) = try await Store.open(path: try scene.image("killed"))
        let found = try #require(try await store.deliveries.find(scene.key, 1))
        let wanted = try #require(try await direct.deliveries.find(direct.key, 1))
        #expect(found.row.state == wanted.row.state)
        #expect(found.row.dueAt == wanted.row.dueAt)
        #expect(found.row.reason == wanted.row.reason)
        let attempt = try #require(found.attempts.first)
        let other = try #require(wanted.attempts.first)
        #expect(attempt.answer == other.answer)
        #expect(attempt.code == other.code && attempt.enhancedCode == other.enhancedCode)
        #expect(attempt.reason == other.reason && attempt.server == other.server)
        #expect(attempt.startedAt == other.startedAt && attempt.finishedAt == other.finishedAt)
      }
    }
  }

  @Test(arguments: 1...4)
  func `whenever the program is killed, what had returned stands and all else is named`(
    _ seed: Int
  ) async throws {
    let (couriers, recipients) = (12, 600)
    try await Scene.set(recipients: recipients) { scene async throws in
      let desk = Desk(lease: Lease.new(), seed: UInt64(seed))
      _ = try await scene.claim(recipients, lease: desk.lease)
      desk.begin(recipients)
      var images: [(path: String, promised: Desk.Promises)] = []
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<couriers { group.addTask { try await desk.work(in: scene) } }
        for kill in 0..<6 {
          await desk.wait(untilDone: kill * recipients / 8)
          // Files that are copied one after the other show one moment only while nobody records.
          await desk.pause()
          images.append((try scene.image("kill\(kill)"), desk.promises))
          desk.goOn()
        }
        try await group.waitForAll()
      }
      for (path, promised) in images {
        let (store, _) = try await Store.open(path: path)
        let counts = try #require(try await store.campaigns.find(scene.key)).counts
        #expect(counts == (try await store.deliveries.recount(scene.key)))
        let settled = try await store.deliveries.recover(scene.campaign, now: Scene.start)
        #expect(settled.inDoubt <= couriers)
        let report = try await store.deliveries.report(of: scene.key, after: 0, limit: 1_000)
        #expect(report.count == recipients)
        for row in report {
          if let state = promised.outcomes[row.number] {
            #expect(row.state == state, "\(row.number)")
          } else if promised.intents.contains(row.number) {
            #expect(row.state != .queued, "\(row.number) may have left")
          }
        }
      }
      #expect(try await scene.counts()[.sending] == 0)
    }
  }

  @Test func `a journal with a hole in it stops the start, one that was torn at its end does not`()
    async throws
  {
    try await Scene.set(recipients: 4, journaling: .always) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(4, lease: lease)
      for number in 1...4 { try await scene.record(Sample.accepted, of: number, lease: lease) }
      for damaged in 1...4 {
        let image = try scene.image("damage\(damaged)")
        // As if nothing had been put into the rows yet.
        let pool = try DatabasePool(path: image)
        try await pool.write { connection throws(DatabaseError) in
          _ = try connection.change("UPDATE ledger_folded SET seq = 0")
          _ = try connection.change(
            "UPDATE deliveries SET state = 1, lease = \(lease.token)")
          _ = try connection.change("DELETE FROM attempts")
          _ = try connection.change("UPDATE campaigns SET sent = 0, sending = 4")
        }
        let journal = try #require(FileHandle(forUpdatingAtPath: image + "-ledger"))
        try journal.seek(toOffset: UInt64(damaged * 4_096 + 100))
        try journal.write(contentsOf: [0xFF, 0xFE])
        try journal.close()
        do {
          let (store, _) = try await Store.open(path: image)
          let counts = try #require(try await store.campaigns.find(scene.key)).counts
          #expect(damaged == 4 && counts[.sent] == 3)
        } catch DatabaseError.corrupt {
          #expect(damaged < 4)
        }
      }
    }
  }

  @Test func `entries that take a slot each are folded in time`() async throws {
    let recipients = 400
    try await Scene.set(recipients: recipients, journaling: .always) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(recipients, lease: lease)
      let wordy = Verdict(
        state: .failed,
        answer: ServerAnswer(code: 550, text: [UInt8](repeating: 0x41, count: 3_000)))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1...recipients {
          group.addTask { try await scene.record(wordy, of: number, lease: lease) }
        }
        try await group.waitForAll()
      }
      try await scene.store.ledger.settle()
      #expect(try await scene.counts()[.failed] == recipients)
    }
  }

  @Test func `an outcome that the rows refuse leaves its message in doubt, and no other`()
    async throws
  {
    try await Scene.set(recipients: 2, journaling: .always) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(2, lease: lease)
      // As if the first had had this try already.
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          """
          INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
            started_at, finished_at, state)
          VALUES (\(blob: scene.key.workspace.octets), \(blob: scene.key.campaign.octets), 1, 1,
            \(blob: scene.campaign.sender.octets), '',
            1, 1, 5)
          """)
      }
      for number in 1...2 { try await scene.record(Sample.accepted, of: number, lease: lease) }
      try await scene.store.ledger.settle()
      let counts = try await scene.counts()
      #expect(counts[.unknown] == 1 && counts[.sent] == 1 && counts[.sending] == 0)
    }
  }

  @Test func `a journal of another database is not read`() async throws {
    try await Scene.set(recipients: 2, journaling: .always) { scene async throws in
      try await Scene.set(recipients: 2, journaling: .always) { other async throws in
        for each in [scene, other] {
          let lease = Lease.new()
          _ = try await each.claim(2, lease: lease)
          try await each.record(Sample.accepted, of: 1, lease: lease)
        }
        let image = try scene.image("mixed")
        let foreign = try other.image("foreign")
        try FileManager.default.removeItem(atPath: image + "-ledger")
        try FileManager.default.copyItem(atPath: foreign + "-ledger", toPath: image + "-ledger")
        _ = try await Store.open(path: image)
      }
    }
  }
}

/// Couriers' work on claimed deliveries, and what the ledger has promised them.
private final class Desk: Sendable {
  struct Promises: Sendable {
    var outcomes: [Int: DeliveryState] = [:]
    var intents: Set<Int> = []
  }

  private struct State: Sendable {
    var left: [Int] = []
    var promises = Promises()
    var random: SeededRandom
    var waiting: [(count: Int, UnsafeContinuation<Void, Never>)] = []
    var recording = 0
    var isPaused = false
    /// Couriers that would record.
    var held: [UnsafeContinuation<Void, Never>] = []
    /// Who waits until nobody records.
    var pausing: UnsafeContinuation<Void, Never>?
  }

  let lease: Lease
  private let state: Lock<State>

  init(lease: Lease, seed: UInt64) {
    self.lease = lease
    state = Lock(State(random: SeededRandom(seed: seed)))
  }

  var promises: Promises { state.withLock { $0.promises } }

  func begin(_ count: Int) { state.withLock { $0.left = Array((1...count).reversed()) } }

  func wait(untilDone count: Int) async {
    await withUnsafeContinuation { waiter in
      let isDone = state.withLock { state in
        guard state.promises.outcomes.count < count else { return true }
        state.waiting.append((count, waiter))
        return false
      }
      if isDone { waiter.resume() }
    }
  }

  /// Returns when nobody records; from then on nobody begins.
  func pause() async {
    await withUnsafeContinuation { waiter in
      let isQuiet = state.withLock { state in
        state.isPaused = true
        if state.recording > 0 { state.pausing = waiter }
        return state.recording == 0
      }
      if isQuiet { waiter.resume() }
    }
  }

  func goOn() {
    let held = state.withLock { state in
      state.isPaused = false
      state.recording += state.held.count
      defer { state.held = [] }
      return state.held
    }
    for courier in held { courier.resume() }
  }

  private func begin() async {
    await withUnsafeContinuation { courier in
      let mayBegin = state.withLock { state in
        if state.isPaused { state.held.append(courier) } else { state.recording += 1 }
        return !state.isPaused
      }
      if mayBegin { courier.resume() }
    }
  }

  private func end() {
    let pausing: UnsafeContinuation<Void, Never>? = state.withLock { state in
      state.recording -= 1
      guard state.isPaused, state.recording == 0 else { return nil }
      defer { state.pausing = nil }
      return state.pausing
    }
    pausing?.resume()
  }

  func work(in scene: Scene) async throws {
    var current: Int?
    while true {
      let (next, verdict) = state.withLock { state in
        let verdicts = [Sample.accepted, Sample.accepted, Sample.refused]
        return (state.left.popLast(), verdicts.randomElement(using: &state.random))
      }
      guard current != nil || next != nil else { return }
      let outcome = try current.map { number in
        Sample.outcome(try #require(verdict), of: number, attempt: 1, lease: lease)
      }
      let intent = next.map { Ledger.Intent(number: $0, lease: lease, at: Scene.start) }
      await begin()
      defer { end() }
      let receipt = try await scene.store.ledger.record(
        outcome, thenIntent: intent, of: scene.key, sender: scene.campaign.sender)
      #expect(receipt.standsWhole)
      note(outcome, intent)
      current = next
    }
  }

  private func note(_ outcome: Ledger.Outcome?, _ intent: Ledger.Intent?) {
    let woken = state.withLock { state in
      if let outcome { state.promises.outcomes[outcome.number] = outcome.verdict.state }
      if let intent { state.promises.intents.insert(intent.number) }
      let count = state.promises.outcomes.count
      defer { state.waiting.removeAll { $0.count <= count } }
      return state.waiting.filter { $0.count <= count }
    }
    for (_, waiter) in woken { waiter.resume() }
  }
}

extension Scene {
  /// A copy of the files at this moment: what a kill would leave.
  fileprivate func image(_ name: String) throws -> String {
    let image = "\(path).\(name)"
    let files = FileManager.default
    // What a checkpoint changes half-way through the copy was never there at one moment.
    while true {
      let before = try stamp()
      // The journal last: what it lacks the rows have, never the other way round.
      for suffix in ["", "-wal", "-ledger"] {
        try? files.removeItem(atPath: image + suffix)
        try files.copyItem(atPath: path + suffix, toPath: image + suffix)
      }
      if try stamp() == before { return image }
    }
  }

  /// What tells a checkpoint: the age of the main file, and the head of the log.
  private func stamp() throws -> [String] {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let log = try FileHandle(forReadingFrom: URL(filePath: path + "-wal"))
    defer { try? log.close() }
    return [
      "\(String(describing: attributes[.modificationDate]))",
      (try log.read(upToCount: 32) ?? Data()).base64EncodedString(),
    ]
  }
}
