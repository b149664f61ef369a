import Locking
import Storage
import Testing

/// Each waits for ten minutes at most, so that a lost wake-up shows as a test out of time.
@Suite("The doorbell", .timeLimit(.minutes(2)))
struct DoorbellTests {
  private let long = Duration.seconds(600)

  @Test func `a ring between looking and waiting is not missed`() async {
    let bell = Doorbell()
    let seen = bell.generation
    bell.ring()
    #expect(await bell.wait(after: seen, upTo: long) == seen + 1)
  }

  @Test func `everyone who waits wakes`() async {
    let bell = Doorbell()
    let seen = bell.generation
    let woken = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { await bell.wait(after: seen, upTo: long) } }
      bell.ring()
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(woken == [Int](repeating: seen + 1, count: 50))
  }

  @Test func `without a ring one waits until the time is over`() async {
    let bell = Doorbell()
    await bell.wait(upTo: .milliseconds(1))
    #expect(await bell.wait(after: bell.generation, upTo: .milliseconds(1)) == 0)
    #expect(await bell.wait(after: bell.generation, upTo: .zero) == 0)
    #expect(await bell.wait(after: bell.generation, upTo: .seconds(-1)) == 0)
  }

  @Test func `whoever is cancelled waits no longer`() async {
    let bell = Doorbell()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { await bell.wait(upTo: long) } }
      group.cancelAll()
      // Begun in a group that is cancelled already.
      group.addTask { await bell.wait(upTo: long) }
    }
    #expect(bell.generation == 0)
  }

  @Test func `of many rings at once none is lost`() async {
    let bell = Doorbell()
    let made = Lock(0)
    let (makers, each) = (4, 500)
    let seen = await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<makers {
        group.addTask {
          for _ in 0..<each {
            made.withLock { $0 += 1 }
            bell.ring()
            await Task.yield()
          }
          return nil
        }
      }
      for _ in 0..<4 {
        group.addTask {
          while true {
            let generation = bell.generation
            let count = made.withLock { $0 }
            if count == makers * each { return count }
            await bell.wait(after: generation, upTo: long)
          }
        }
      }
      return await group.reduce(into: [Int]()) { if let count = $1 { $0.append(count) } }
    }
    #expect(seen == [2_000, 2_000, 2_000, 2_000])
    #expect(bell.generation == 2_000)
  }
}
