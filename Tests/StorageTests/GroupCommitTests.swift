import Database
import Dispatch
import Model
import Octets
import Storage
import Testing

@Suite("Group commit")
struct GroupCommitTests {
  @Test func `64 at once all return and all stand`() async throws {
    try await Scene.set(recipients: 128) { scene async throws in
      let twin = try await scene.twin(recipients: 64)
      let lease = Lease.new()
      _ = try await scene.claim(128, lease: lease)
      _ = try await twin.claim(64, lease: lease)
      let receipts = try await withThrowingTaskGroup(of: Ledger.Receipt.self) { group in
        for number in 1...64 {
          group.addTask {
            try await scene.store.ledger.record(
              Sample.outcome(
                number.isMultiple(of: 3) ? Sample.refused : Sample.accepted, of: number,
                attempt: 1, lease: lease),
              thenIntent: Ledger.Intent(number: number + 64, lease: lease, at: Scene.start),
              of: scene.key, sender: scene.campaign.sender)
          }
          group.addTask { try await twin.record(Sample.accepted, of: number, lease: lease) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(receipts.count == 128)
      #expect(receipts.allSatisfy { $0.standsWhole })
      let counts = try await scene.counts()
      #expect(counts[.sent] == 43)
      #expect(counts[.failed] == 21)
      #expect(counts[.sending] == 64)
      #expect(try await twin.counts()[.sent] == 64)
      #expect(try await scene.attempts().count == 64)
      try await twin.expectBalance()
      let settled = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (0, 64))
    }
  }

  @Test func `of many outcomes for one delivery exactly one stands`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      let standing = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<16 {
          group.addTask {
            let verdict = number.isMultiple(of: 2) ? Sample.accepted : Sample.refused
            return try await scene.record(verdict, of: 1, lease: lease).outcomeStands
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(standing == 1)
      #expect(try await scene.attempts().count == 1)
    }
  }

  @Test func `a database that another process holds is waited for`() async throws {
    try await Scene.set(recipients: 8) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(8, lease: lease)
      let (events, event) = AsyncStream.makeStream(of: Void.self)
      let mayEnd = DispatchSemaphore(value: 0)
      async let holding = scene.pool.write { connection throws(DatabaseError) in
        try connection.change("UPDATE workspaces SET name = 'held'")
        event.yield()
        return mayEnd.wait(timeout: .now() + 60) == .success
      }
      for await _ in events { break }
      async let receipts = withThrowingTaskGroup(of: Ledger.Receipt.self) { group in
        for number in 1...8 {
          group.addTask { try await scene.record(Sample.accepted, of: number, lease: lease) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      // Nothing stands while the other holds the file.
      let before = try #require(try await scene.store.campaigns.find(scene.key))
      #expect(before.counts[.sending] == 8)
      mayEnd.signal()
      #expect(try await holding)
      #expect(try await receipts.count == 8)
      #expect(try await scene.counts()[.sent] == 8)
    }
  }

  @Test func `an outcome that the rows refuse is in doubt, and those of others stand`() async throws
  {
    try await Scene.set(recipients: 64) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(64, lease: lease)
      // An attempt with this number is there already: the outcome of 1 cannot be written.
      try await scene.record(Sample.deferred(until: Scene.start), of: 1, lease: lease)
      _ = try await scene.claim(1, lease: lease)
      let refused = await withTaskGroup(of: Int?.self) { group in
        for number in 1...64 {
          group.addTask {
            do {
              try await scene.record(Sample.accepted, of: number, attempt: 1, lease: lease)
              return nil
            } catch {
              return number
            }
          }
        }
        return await group.reduce(into: [Int]()) { refused, number in
          if let number { refused.append(number) }
        }
      }
      // Alone in its commit by chance, it is refused at once; in the journal, when it is folded.
      #expect(refused.isEmpty || refused == [1])
      let counts = try await scene.counts()
      #expect(counts[.sent] == 63)
      #expect(counts[.unknown] == (refused.isEmpty ? 1 : 0))
      let settled = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (refused.count, 0))
    }
  }
}
