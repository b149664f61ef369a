import Database
import Foundation
import Model
import Octets
import Storage
import Testing

@Suite("The ledger")
struct LedgerTests {
  @Test func `an outcome and the next intent are one entry`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(3, lease: lease)
      let first = try await scene.intend(1, lease: lease)
      #expect(first.standsWhole)
      let receipt = try await scene.store.ledger.record(
        Sample.outcome(Sample.accepted, of: 1, attempt: 1, lease: lease),
        thenIntent: Ledger.Intent(number: 2, lease: lease, at: Scene.start), of: scene.key,
        sender: scene.campaign.sender)
      #expect(receipt.outcomeStands && receipt.intentStands)
      try await scene.expectBalance()
      #expect(try await scene.states() == [1: .sent, 2: .sending, 3: .sending])
      // The intent stands: after a crash now, 2 is in doubt and 3 is not.
      let settled = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (1, 1))
      #expect(try await scene.states() == [1: .sent, 2: .unknown, 3: .queued])
    }
  }

  @Test func `what has returned is in the files`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(2, lease: lease)
      _ = try await scene.store.ledger.record(
        Sample.outcome(Sample.accepted, of: 1, attempt: 1, lease: lease),
        thenIntent: Ledger.Intent(number: 2, lease: lease, at: Scene.start), of: scene.key,
        sender: scene.campaign.sender)
      // What a kill at this moment would leave.
      let image = scene.path + ".image"
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: scene.path + suffix, toPath: image + suffix)
      }
      let (store, _) = try await Store.open(path: image)
      let settled = try await store.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (0, 1))
      let report = try await store.deliveries.report(of: scene.key, after: 0, limit: 9)
      #expect(report.map(\.state) == [.sent, .unknown])
    }
  }

  @Test(arguments: [
    Verdict(state: .sent, answer: ServerAnswer(code: 250, enhancedCode: "2.0.0", text: [0x6F])),
    Verdict(state: .failed, answer: ServerAnswer(code: 550)),
    Verdict(state: .failed, reason: "no address"),
    Verdict(state: .unknown, reason: "no reply"),
    Verdict(
      state: .deferred, answer: ServerAnswer(code: 421, text: []), reason: "lost",
      dueAt: Scene.start),
  ])
  func `the row and the attempt say what the verdict says`(_ verdict: Verdict) async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(2, lease: lease)
      try await scene.intend(1, lease: lease)
      let receipt = try await scene.record(verdict, of: 1, lease: lease)
      #expect(receipt.outcomeStands)
      let line = try #require(
        try await scene.deliveries.report(of: scene.key, after: 0, limit: 1).first)
      #expect(line.state == verdict.state)
      #expect(line.code == verdict.answer?.code)
      #expect(line.enhancedCode == verdict.answer?.enhancedCode ?? "")
      #expect(line.attempts == 1)
      #expect(line.sentAt == (verdict.state == .sent ? Scene.start + .seconds(1) : nil))
      #expect(try await scene.deliveries.nextDue(scene.key) == verdict.dueAt)

      let rows = try await scene.attempts()
      #expect(rows.count == 1)
      let attempt = try #require(rows.first)
      let numbers = try ["number", "attempt", "state"].map { try attempt.integer($0) }
      #expect(numbers == [1, 1, verdict.state.rawValue])
      #expect(try attempt.text("server") == "mx.example.org:25")
      #expect(try attempt.integerIfAny("code") == verdict.answer?.code)
      #expect(try attempt.octetsIfAny("answer") == verdict.answer?.text)
      #expect(try attempt.textIfAny("reason") == verdict.reason)
      #expect(try attempt.octets("sender_id") == scene.campaign.sender.octets)
    }
  }

  @Test func `the server's words are shown without control octets and kept with them`()
    async throws
  {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      let words = [UInt8](0...255) + [UInt8]("'); DROP TABLE deliveries; --".utf8)
      try await scene.record(
        Verdict(
          state: .failed, answer: ServerAnswer(code: 550, text: words), reason: "given up"),
        of: 1, lease: lease)
      let line = try #require(
        try await scene.deliveries.report(of: scene.key, after: 0, limit: 1).first)
      #expect(line.reason.hasPrefix("given up: "))
      #expect(!line.reason.utf8.contains { $0 < 0x20 })
      let attempt = try #require(try await scene.attempts().first)
      #expect(try attempt.octets("answer") == words)
    }
  }

  @Test func `a stale lease changes nothing and says so`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let (slept, awake) = (Lease.new(), Lease.new())
      _ = try await scene.claim(2, lease: slept)
      _ = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      _ = try await scene.claim(2, lease: awake)
      let before = try await scene.states()
      let receipt = try await scene.store.ledger.record(
        Sample.outcome(Sample.accepted, of: 1, attempt: 1, lease: slept),
        thenIntent: Ledger.Intent(number: 2, lease: slept, at: Scene.start), of: scene.key,
        sender: scene.campaign.sender)
      #expect(!receipt.outcomeStands)
      #expect(!receipt.intentStands)
      #expect(try await scene.states() == before)
      #expect(try await scene.attempts().isEmpty)
      try await scene.expectBalance()
      // No intent stands either: after a crash both are merely queued again.
      let settled = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (2, 0))
    }
  }

  @Test func `a stale outcome does not take the good intent with it, nor the other way`()
    async throws
  {
    try await Scene.set(recipients: 2) { scene async throws in
      let (mine, stale) = (Lease.new(), Lease.new())
      _ = try await scene.claim(2, lease: mine)
      let intentOnly = try await scene.store.ledger.record(
        Sample.outcome(Sample.accepted, of: 1, attempt: 1, lease: stale),
        thenIntent: Ledger.Intent(number: 2, lease: mine, at: Scene.start), of: scene.key,
        sender: scene.campaign.sender)
      #expect(!intentOnly.outcomeStands && intentOnly.intentStands)
      let outcomeOnly = try await scene.store.ledger.record(
        Sample.outcome(Sample.accepted, of: 1, attempt: 1, lease: mine),
        thenIntent: Ledger.Intent(number: 2, lease: stale, at: Scene.start), of: scene.key,
        sender: scene.campaign.sender)
      #expect(outcomeOnly.outcomeStands && !outcomeOnly.intentStands)
      #expect(try await scene.states() == [1: .sent, 2: .sending])
    }
  }

  @Test func `an outcome is written once`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      #expect(try await scene.record(Sample.accepted, of: 1, lease: lease).outcomeStands)
      #expect(try await !scene.record(Sample.refused, of: 1, lease: lease).outcomeStands)
      #expect(try await !scene.intend(1, lease: lease).intentStands)
      #expect(try await scene.states() == [1: .sent])
      #expect(try await scene.attempts().count == 1)
    }
  }

  @Test func `deliveries that are not there or not claimed take no entry`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let lease = Lease.new()
      for number in [1, 2, 3, 0, -1, Int.max] {
        #expect(try await !scene.record(Sample.accepted, of: number, lease: lease).outcomeStands)
        #expect(try await !scene.intend(number, lease: lease).intentStands)
      }
      #expect(try await scene.counts()[.queued] == 2)
    }
  }

  @Test func `an empty entry is durable at once`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let receipt = try await scene.store.ledger.record(
        nil, thenIntent: nil, of: scene.key, sender: scene.campaign.sender)
      #expect(receipt.standsWhole)
    }
  }

  @Test func `each try leaves an attempt`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      for attempt in 1...3 {
        _ = try await scene.claim(1, lease: lease)
        let verdict = attempt == 3 ? Sample.accepted : Sample.deferred(until: Scene.start)
        try await scene.record(verdict, of: 1, attempt: attempt, lease: lease)
        try await scene.expectBalance()
      }
      let attempts = try await scene.attempts().map { try $0.integer("attempt") }
      #expect(attempts == [1, 2, 3])
      let line = try #require(
        try await scene.deliveries.report(of: scene.key, after: 0, limit: 1).first)
      #expect(line.attempts == 3)
      #expect(line.reason == "")
      #expect(line.state == .sent)
    }
  }
}

extension Scene {
  func attempts() async throws -> [Row] {
    try await look(
      """
      SELECT * FROM attempts WHERE workspace_id = \(blob: key.workspace.octets)
        AND campaign_id = \(blob: key.campaign.octets) ORDER BY number, attempt
      """)
  }
}
