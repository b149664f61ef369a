import Database
import Model
import Octets
import Storage
import Testing

@Suite("Rehearsals")
struct RehearsalTests {
  @Test func `each workspace has its own, which begins anew when chosen again`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      let (rehearsals, home) = (scene.store.rehearsals, scene.key.workspace)
      #expect(try await rehearsals.all() == [:])
      let bell = scene.store.doorbell.generation
      try await rehearsals.choose(.greylist, in: home, now: Scene.start)
      #expect(scene.store.doorbell.generation > bell)
      try await rehearsals.choose(.badDay, in: twin.key.workspace, now: Scene.start)
      let later = Scene.start + .seconds(5)
      try await rehearsals.choose(.greylist, in: home, now: later)
      #expect(try await rehearsals.find(in: home) == Rehearsal(.greylist, begunAt: later))
      #expect(
        try await rehearsals.all() == [
          home: Rehearsal(.greylist, begunAt: later),
          twin.key.workspace: Rehearsal(.badDay, begunAt: Scene.start),
        ])
      try await rehearsals.choose(nil, in: home, now: later)
      #expect(try await rehearsals.find(in: home) == nil)
      #expect(try await rehearsals.all().count == 1)
    }
  }

  @Test func `a script that this program does not know counts as none`() async throws {
    try await Scene.set { scene async throws in
      let home = scene.key.workspace
      try await scene.store.rehearsals.choose(.throttle, in: home, now: Scene.start)
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change("UPDATE rehearsals SET script = 'thunder'")
      }
      #expect(try await scene.store.rehearsals.find(in: home) == nil)
      #expect(try await scene.store.rehearsals.all() == [:])
    }
  }
}
