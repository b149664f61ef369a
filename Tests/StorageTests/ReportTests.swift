import Model
import Octets
import Storage
import Testing

@Suite("The report")
struct ReportTests {
  @Test(arguments: [1, 7, 20, 100])
  func `pages join to the whole, in send order`(_ limit: Int) async throws {
    try await Scene.set(recipients: 20) { scene async throws in
      var (numbers, last): ([Int], Int) = ([], 0)
      while true {
        let page = try await scene.deliveries.report(of: scene.key, after: last, limit: limit)
        guard let end = page.last else { break }
        #expect(page.count <= limit)
        numbers += page.map(\.number)
        last = end.number
      }
      #expect(numbers == Array(1...20))
    }
  }

  @Test(arguments: [(0, 0), (20, 5), (Int.max, 5), (99, 1)])
  func `beyond the end there is nothing`(_ after: Int, _ limit: Int) async throws {
    try await Scene.set(recipients: 20) { scene async throws in
      let page = try await scene.deliveries.report(of: scene.key, after: after, limit: limit)
      #expect(page.isEmpty)
    }
  }

  @Test func `only what was sent has a time of sending`() async throws {
    try await Scene.set(recipients: 4) { scene async throws in
      let lease = Lease.new()
      _ = try await scene.claim(3, lease: lease)
      try await scene.record(Sample.accepted, of: 1, lease: lease)
      try await scene.record(Sample.refused, of: 2, lease: lease)
      try await scene.record(Sample.deferred(until: Scene.start), of: 3, lease: lease)
      let page = try await scene.deliveries.report(of: scene.key, after: 0, limit: 9)
      #expect(page.map(\.sentAt) == [Scene.start + .seconds(1), nil, nil, nil])
      #expect(page.map(\.reason) == ["", "no such user", "busy", ""])
      #expect(page.map(\.code) == [250, 550, 451, nil])
      #expect(page.map(\.enhancedCode) == ["2.0.0", "5.1.1", "", ""])
      #expect(page.map(\.attempts) == [1, 1, 1, 0])
    }
  }
}
