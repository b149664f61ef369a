import Model
import Octets
import Storage
import Testing

@Suite("Deliveries that wait for their receiver")
struct ParkingTests {
  private let now = Scene.start
  private let lease = Lease(token: 7)

  @Test func `what is parked is due at its time, unless it is claimed by its number before`()
    async throws
  {
    try await Scene.set(recipients: 6) { scene async throws in
      let (deliveries, key) = (scene.deliveries, scene.key)
      let (claimed, cursor) = try await deliveries.claim(
        5, of: key, after: 0, lease: lease, now: now)
      try await deliveries.park(
        [(2, now + .seconds(60)), (4, now + .seconds(90)), (5, now + .seconds(120))],
        because: "it waits", of: key, lease: lease)
      #expect(try await scene.store.campaigns.counts(key)?[.deferred] == 3)
      #expect(try await deliveries.nextDue(key) == now + .seconds(60))
      let early = try await deliveries.claim([4, 1, 6, 99], of: key, lease: lease)
      #expect(early.map(\.number) == [4])
      #expect(early.first?.email == claimed[3].email && early.first?.fields == claimed[3].fields)
      #expect(early.first?.attempts == 0)
      let later = try await deliveries.claim(
        9, of: key, after: cursor, lease: lease, now: now + .seconds(100))
      #expect(later.claimed.map(\.number) == [2, 6])
      #expect(try await scene.store.campaigns.counts(key)?[.deferred] == 1)
    }
  }

  @Test func `only who holds the claim can park, and a paused campaign gives nothing back`()
    async throws
  {
    try await Scene.set(recipients: 2) { scene async throws in
      let (deliveries, key) = (scene.deliveries, scene.key)
      _ = try await deliveries.claim(2, of: key, after: 0, lease: lease, now: now)
      try await deliveries.park(
        [(1, now)], because: "it waits", of: key, lease: Lease(token: 8))
      #expect(try await scene.store.campaigns.counts(key)?[.sending] == 2)
      try await deliveries.park([(1, now)], because: "it waits", of: key, lease: lease)
      #expect(try await scene.store.campaigns.move(key, to: .paused, now: now) != nil)
      #expect(try await deliveries.claim([1], of: key, lease: lease).isEmpty)
      let row = try await deliveries.report(of: key, after: 0, limit: 1).first
      #expect(row?.state == .deferred && row?.reason == "it waits" && row?.attempts == 0)
      try await deliveries.release([2], of: key, lease: lease)
    }
  }
}
