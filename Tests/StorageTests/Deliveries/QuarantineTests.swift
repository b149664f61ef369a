import Foundation
import Model
import Octets
import Storage
import Testing

@Suite("What the program dies of")
struct QuarantineTests {
  private static let now = Scene.start + .seconds(100)

  /// Leaves the record of what is being made as a process does that dies at one delivery, and
  /// starts anew.
  private func die(_ scene: Scene, making number: Int) async throws -> Store {
    let record = "\(scene.path)-making"
    try scene.store.making.whileMaking(number, of: scene.key) {
      try FileManager.default.copyItem(atPath: record, toPath: "\(record)-kept")
    }
    let kept = try Data(contentsOf: URL(filePath: "\(record)-kept"))
    try FileManager.default.removeItem(atPath: "\(record)-kept")
    try kept.write(to: URL(filePath: record))
    return try await Store.open(path: scene.path).0
  }

  @Test func `only the message that was being made is blamed, and the second time it is set aside`()
    async throws
  {
    try await Scene.set(recipients: 6) { scene async throws in
      for life in 1...2 {
        _ = try await scene.claim(5, lease: .new())
        let store = try await die(scene, making: 2)
        let settled = try await store.deliveries.recover(scene.campaign, now: Self.now)
        #expect(settled == (life == 1 ? (5, 0) : (4, 0)))
        try await scene.expectBalance()
      }
      var states = try await scene.states()
      #expect(states[2] == .failed)
      states[2] = nil
      #expect(states.values.allSatisfy { $0 == .queued })
      let line = try #require(
        try await scene.deliveries.report(of: scene.key, after: 1, limit: 1).first)
      #expect(line.reason.hasPrefix("quarantined: "))
      #expect(line.attempts == 1)
      #expect(line.code == nil)
      // A third death of the same message sets it aside at once, though somebody asked for it.
      #expect(
        try await scene.deliveries.retry(.temporaryFailures, of: scene.key, now: Self.now) == 1)
      #expect(try await scene.claim(9, lease: .new(), at: Self.now).contains(2))
      let store = try await die(scene, making: 2)
      _ = try await store.deliveries.recover(scene.campaign, now: Self.now)
      #expect(try await scene.states()[2] == .failed)
      #expect(try await scene.attempts().count == 2)
    }
  }

  @Test func `who was only claimed, however often, is not blamed`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      for _ in 0..<5 {
        _ = try await scene.claim(3, lease: .new())
        let store = try await Store.open(path: scene.path).0
        #expect(try await store.deliveries.recover(scene.campaign, now: Self.now) == (3, 0))
      }
      #expect(try await scene.states().values.allSatisfy { $0 == .queued })
    }
  }

  @Test func `what the ledger knows more of was made, and is not blamed`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      for _ in 0..<3 {
        let lease = Lease.new()
        _ = try await scene.claim(3, lease: lease, at: Self.now)
        try await scene.intend(1, lease: lease)
        let store = try await die(scene, making: 1)
        _ = try await store.deliveries.recover(scene.campaign, now: Self.now)
        // Held in doubt: nobody sends it again by itself.
        #expect(try await scene.states()[1] == .unknown)
        _ = try await scene.deliveries.retry(.unknown, of: scene.key, now: Self.now)
      }
    }
  }

  @Test func `a record that is damaged or cannot be kept is no trap`() async throws {
    try await Scene.set(recipients: 3) { scene async throws in
      let record = "\(scene.path)-making"
      for octet in [UInt8(0xFF), 1, 0x80] {
        try Data(repeating: octet, count: 9_999).write(to: URL(filePath: record))
        _ = try await Store.open(path: scene.path)
      }
      try FileManager.default.removeItem(atPath: record)
      try FileManager.default.createDirectory(
        atPath: record, withIntermediateDirectories: false)
      let store = try await Store.open(path: scene.path).0
      #expect(store.making.whileMaking(1, of: scene.key) { 7 } == 7)
    }
  }
}
