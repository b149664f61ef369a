import Model
import Octets
import Storage
import Testing

@Suite("Claiming")
struct ClaimTests {
  @Test func `claimants at once never share a delivery`() async throws {
    try await Scene.set(recipients: 500) { scene async throws in
      let (other, _) = try await Store.open(path: scene.path)
      let claimed = try await withThrowingTaskGroup(of: [Int].self) { group in
        for number in 0..<4 {
          let store = number.isMultiple(of: 2) ? scene.store : other
          group.addTask {
            var (mine, cursor): ([Int], Int) = ([], 0)
            let lease = Lease.new()
            while true {
              let claim = try await store.deliveries.claim(
                7, of: scene.key, after: cursor, lease: lease, now: Scene.start)
              if claim.claimed.isEmpty { return mine }
              cursor = claim.cursor
              mine += claim.claimed.map(\.number)
            }
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(claimed.sorted() == Array(1...500))
      #expect(try await scene.counts()[.sending] == 500)
    }
  }

  @Test(arguments: [1, 3, 10, 64])
  func `the cursor walks through the campaign in send order`(_ limit: Int) async throws {
    try await Scene.set(recipients: 25) { scene async throws in
      var (seen, cursor): ([Int], Int) = ([], 0)
      repeat {
        let claim = try await scene.deliveries.claim(
          limit, of: scene.key, after: cursor, lease: .new(), now: Scene.start)
        if claim.claimed.isEmpty {
          #expect(claim.cursor == cursor)
          break
        }
        #expect(claim.claimed.count <= limit)
        #expect(claim.cursor == claim.claimed.last?.number)
        seen += claim.claimed.map(\.number)
        cursor = claim.cursor
        try await scene.expectBalance()
      } while true
      #expect(seen == Array(1...25))
    }
  }

  @Test func `skipped rows are stepped over`() async throws {
    try await Scene.set { scene async throws in
      let rows = (2..<22).map { line in
        line.isMultiple(of: 3) ? Sample.row(line: line, "nobody") : Sample.row(line: line)
      }
      try await scene.store.audiences.store(rows, of: scene.audience, state: .ready)
      _ = try await scene.deliveries.planNext(100, of: scene.campaign)
      let claimed = try await scene.claim(100, lease: .new())
      #expect(claimed == (1...20).filter { !($0 + 1).isMultiple(of: 3) })
    }
  }

  @Test func `what is due comes first, the longest due before the rest`() async throws {
    try await Scene.set(recipients: 10) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(4, lease: lease)
      for (number, seconds) in [(1, 30), (2, 10), (3, 20), (4, 99)] {
        try await scene.record(
          Sample.deferred(until: Scene.start + .seconds(seconds)), of: number, lease: lease)
      }
      try await scene.expectBalance()
      let claim = try await scene.deliveries.claim(
        5, of: scene.key, after: 4, lease: .new(), now: Scene.start + .seconds(30))
      #expect(claim.claimed.map(\.number) == [2, 3, 1, 5, 6])
      #expect(claim.claimed.map(\.attempts) == [1, 1, 1, 0, 0])
      #expect(claim.cursor == 6)
    }
  }

  @Test func `a claim full of what is due leaves the cursor`() async throws {
    try await Scene.set(recipients: 6) { scene async throws in
      let lease = Lease.new()
      for number in try await scene.claim(3, lease: lease) {
        try await scene.record(Sample.deferred(until: Scene.start), of: number, lease: lease)
      }
      let claim = try await scene.deliveries.claim(
        2, of: scene.key, after: 3, lease: .new(), now: Scene.start)
      #expect(claim.claimed.map(\.number) == [1, 2])
      #expect(claim.cursor == 3)
    }
  }

  @Test func `nothing is claimed a microsecond before its time`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      let due = Scene.start + .seconds(60)
      try await scene.record(Sample.deferred(until: due), of: 1, lease: lease)
      #expect(try await scene.deliveries.nextDue(scene.key) == due)
      let before = Timestamp(microseconds: due.microseconds - 1)
      #expect(try await scene.claim(1, lease: .new(), at: before) == [])
      try await scene.expectBalance()
      #expect(try await scene.claim(1, lease: .new(), at: due) == [1])
      #expect(try await scene.claim(1, lease: .new(), at: due) == [])
      #expect(try await scene.deliveries.nextDue(scene.key) == nil)
    }
  }

  @Test func `a limit of none claims none`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let claimed = try await scene.claim(0, lease: .new())
      #expect(claimed == [])
      #expect(try await scene.counts()[.queued] == 3)
    }
  }

  @Test func `only its own lease releases a delivery, and it can be claimed again`() async throws {
    try await Scene.set(recipients: 5) { scene async throws in
      let (mine, theirs) = (Lease.new(), Lease.new())
      let first = try await scene.claim(3, lease: mine)
      #expect(first == [1, 2, 3])
      #expect(try await scene.claim(2, lease: theirs) == [4, 5])
      try await scene.deliveries.release([1, 2, 2, 4, 99, -1], of: scene.key, lease: mine)
      try await scene.expectBalance()
      #expect(try await scene.counts()[.queued] == 2)
      #expect(try await scene.claim(9, lease: theirs) == [1, 2])
      // The lease of before is worth nothing now.
      try await scene.deliveries.release([1, 2], of: scene.key, lease: mine)
      #expect(try await scene.counts()[.sending] == 5)
    }
  }

  @Test func `a released delivery lies behind the cursor until one starts anew`() async throws {
    try await Scene.set(recipients: 4) { scene async throws in
      let lease = Lease.new()
      let all = try await scene.deliveries.claim(
        4, of: scene.key, after: 0, lease: lease, now: Scene.start)
      try await scene.deliveries.release([2], of: scene.key, lease: lease)
      let behind = try await scene.deliveries.claim(
        4, of: scene.key, after: all.cursor, lease: lease, now: Scene.start)
      #expect(behind.claimed.isEmpty)
      #expect(try await scene.claim(4, lease: lease) == [2])
    }
  }

  @Test func `what was released after an intent has none when it is claimed again`() async throws {
    try await Scene.set(recipients: 1) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(1, lease: lease)
      try await scene.intend(1, lease: lease)
      try await scene.deliveries.release([1], of: scene.key, lease: lease)
      _ = try await scene.claim(1, lease: lease)
      let settled = try await scene.deliveries.recover(scene.campaign, now: Scene.start)
      #expect(settled == (1, 0))
    }
  }
}
