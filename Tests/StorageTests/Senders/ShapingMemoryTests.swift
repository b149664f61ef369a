import Model
import Octets
import Storage
import Testing

@Suite("What senders learn about receivers")
struct ShapingMemoryTests {
  private let now = Scene.start

  private func shaped(_ domain: String, _ rate: Double, after seconds: Int64 = 0) -> ShapedDomain {
    ShapedDomain(
      domain: Array(domain.utf8), rate: rate, ceiling: rate * 2, refusedAt: now + .seconds(seconds))
  }

  @Test func `what is written comes back, the newest first, and of that sender alone`() async throws
  {
    try await Scene.set { scene async throws in
      let (memory, home, id) = (scene.store.shaping, scene.key.workspace, scene.campaign.sender)
      var blocked = shaped("example.org", 0.25, after: 5)
      blocked.blockedSince = now
      blocked.blockedUntil = now + .seconds(30)
      let first = shaped("example.com", 12.5)
      try await memory.write([first, blocked], forgetting: [], of: id, in: home)
      #expect(try await memory.all(of: id, in: home) == [blocked, first])
      #expect(try await memory.all(of: id, in: .new()).isEmpty)
      let other = Sample.sandbox(in: home)
      try await scene.store.senders.add(other, now: now)
      #expect(try await memory.all(of: other.id, in: home).isEmpty)
    }
  }

  @Test func `a domain has one line, and what is forgotten is gone`() async throws {
    try await Scene.set { scene async throws in
      let (memory, home, id) = (scene.store.shaping, scene.key.workspace, scene.campaign.sender)
      try await memory.write([shaped("", 1), shaped("a.com", 1)], forgetting: [], of: id, in: home)
      try await memory.write([shaped("a.com", 3)], forgetting: [[]], of: id, in: home)
      #expect(try await memory.all(of: id, in: home) == [shaped("a.com", 3)])
      try await memory.write([], forgetting: [Array("a.com".utf8)], of: id, in: .new())
      #expect(try await memory.all(of: id, in: home).count == 1)
    }
  }
}
