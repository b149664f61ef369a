import Locking
import Net
import Testing

/// The thread that runs the tasks of the network.
@Suite struct EventLoopTests {
  @Test func `a task stays on its loop's thread across awaits`() async throws {
    let places = try await onEventLoop { loop in
      var places = [loop.isCurrent]
      await Task.yield()
      places.append(loop.isCurrent)
      // The resolver answers from another thread.
      _ = try await SocketAddress.resolve(host: "127.0.0.1", port: 1)
      places.append(loop.isCurrent)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<3 { group.addTask { loop.isCurrent } }
        for await place in group { places.append(place) }
      }
      return places
    }
    #expect(places == [Bool](repeating: true, count: 6))
  }

  @Test func `one loop is not the other`() async throws {
    let other = try EventLoop(name: "other")
    let places = try await onEventLoop { [loop = other] _ in loop.isCurrent }
    other.stop()
    #expect(!places)
    #expect(!other.isCurrent)
  }

  @Test func `perform runs on the loop's thread`() async throws {
    let loop = try EventLoop(name: "test")
    let isCurrent = await withCheckedContinuation { continuation in
      loop.perform { continuation.resume(returning: loop.isCurrent) }
    }
    loop.stop()
    #expect(isCurrent)
    #expect(!loop.isCurrent)
  }

  @Test func `perform works from the loop itself`() async throws {
    let count = try await onEventLoop { loop in
      await withCheckedContinuation { continuation in
        loop.perform { loop.perform { continuation.resume(returning: 2) } }
      }
    }
    #expect(count == 2)
  }

  @Test func `errands run in order, and stop waits for them`() throws {
    let loop = try EventLoop(name: "test")
    let seen = Lock<[Int]>([])
    for number in 0..<1_000 {
      loop.perform { seen.withLock { $0.append(number) } }
    }
    loop.stop()
    #expect(seen.withLock { $0 } == Array(0..<1_000))
  }

  @Test func `work from many threads is done, none of it lost or doubled`() async throws {
    let loop = try EventLoop(name: "test")
    let count = Lock(0)
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<500 {
            await Task(executorPreference: loop) {
              #expect(loop.isCurrent)
              count.withLock { $0 += 1 }
              await Task.yield()
              count.withLock { $0 += 1 }
            }.value
          }
        }
      }
    }
    loop.stop()
    #expect(count.withLock { $0 } == 8_000)
  }

  @Test func `a loop that has stopped leaves no thread and no descriptor behind`() async {
    await #expect(processExitsWith: .success) {
      try EventLoop(name: "first").stop()
      let before = OpenDescriptors.all
      for _ in 0..<50 { try EventLoop(name: "test").stop() }
      // Each loop has two; the runtime may open a few of its own meanwhile.
      #expect(OpenDescriptors.settle(below: before + 10))
    }
  }
}
