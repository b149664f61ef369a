import Model
import Octets
import Storage
import Testing

@Suite("Tries to get in")
struct AccessTryTests {
  @Test func `tries are counted over a window, each subject for itself`() async throws {
    try await Scene.set { scene async throws in
      let (tries, start) = (scene.store.accessTries, Scene.start)
      for second in 0..<20 { try await tries.add(subject: [1], now: start + .seconds(60 * second)) }
      try await tries.add(subject: [1, 2], now: start)
      let now = start + SignInRule.window
      #expect(try await tries.count(subject: [1], since: start) == 20)
      #expect(try await tries.count(subject: [1], since: now) == 5)
      #expect(try await tries.count(subject: [1], since: now + .seconds(600)) == 0)
      #expect(try await tries.count(subject: [1, 2], since: start) == 1)
      #expect(try await tries.count(subject: [], since: start) == 0)
    }
  }

  @Test func `clearing and sweeping forget what they should`() async throws {
    try await Scene.set { scene async throws in
      let (tries, start) = (scene.store.accessTries, Scene.start)
      for second in 0..<4 {
        try await tries.add(subject: [1], now: start + .seconds(second))
        try await tries.add(subject: [2], now: start + .seconds(second))
      }
      try await tries.clear(subject: [1])
      #expect(try await tries.count(subject: [1], since: start) == 0)
      try await tries.sweep(before: start + .seconds(3))
      #expect(try await tries.count(subject: [2], since: start) == 1)
    }
  }
}
