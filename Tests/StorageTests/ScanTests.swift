import Database
import Model
import Octets
import Storage
import Testing

@Suite("What every request asks")
struct ScanTests {
  @Test func `signing in, jobs and the inbox scan no table`() async throws {
    try await watched { scene, user, path async throws in
      let (store, now) = (scene.store, Scene.start + .seconds(90))
      _ = try await store.sessions.find(digest: [1], now: now)
      _ = try await store.users.find(email: "ada@example.org")
      _ = try await store.users.page(after: user.id, limit: 10)
      try await store.sessions.endAll(of: user.id, except: [1])
      _ = try await store.links.find(digest: [1], now: now)
      _ = try await store.links.use(digest: [1], now: now)
      _ = try await store.links.pending(.invitation, in: scene.key.workspace, now: now)
      try await store.accessTries.add(subject: [1], now: now)
      _ = try await store.accessTries.count(subject: [1], since: Scene.start)
      try await store.accessTries.sweep(before: now)
      _ = try await store.settings.registration()
      _ = try await store.jobs.claim(now: now)
      try await store.jobs.requeueRunning()
      _ = try await store.inbox.page(in: scene.key.workspace, after: user.id, limit: 10)
      _ = try await store.inbox.count(in: scene.key.workspace)
      let runs = StatementTrace.take(path)
      #expect(runs.count > 20)
      #expect(runs.filter { $0.scanned > 0 } == [])
    }
  }

  @Test func `a workspace's pages scan no table`() async throws {
    try await watched { scene, _, path async throws in
      let (store, now, home) = (scene.store, Scene.start, scene.key.workspace)
      _ = try await store.workspaces.find(home)
      _ = try await store.workspaces.totals(home)
      _ = try await store.workspaces.activity(
        home, from: [now + .seconds(-86_400), now + .seconds(-3_600)], to: now)
      _ = try await store.senders.all(in: home)
      _ = try await store.senders.remove(scene.campaign.sender, in: home, now: now)
      let runs = StatementTrace.take(path)
      #expect(runs.count > 5)
      #expect(runs.filter { $0.scanned > 0 } == [])
    }
  }

  /// A scene with a few rows of each kind, its store opened under observation.
  private func watched(_ body: (Scene, User, String) async throws -> Void) async throws {
    try await Scene.set { scene async throws in
      let users = [
        try await scene.user("ada@example.org"), try await scene.user("bob@example.org"),
      ]
      for (place, user) in users.enumerated() {
        let digest = [UInt8(place)]
        try await scene.store.sessions.begin(digest: digest, user: user, now: Scene.start)
        let link = OneTimeLink(
          purpose: .invitation, workspace: user.workspace, createdAt: Scene.start,
          expiresAt: Scene.start + .seconds(3_600))
        try await scene.store.links.add(link, digest: digest)
        try await scene.store.accessTries.add(subject: digest, now: Scene.start)
        try await scene.store.jobs.add(
          Job(
            id: .new(), workspace: user.workspace, kind: .senderTest, subject: user.id,
            createdAt: Scene.start))
      }
      StatementTrace.watch(scene.path)
      let (store, _) = try await Store.open(path: scene.path)
      let seen = Scene(
        path: scene.path, store: store, pool: scene.pool, campaign: scene.campaign,
        audience: scene.audience)
      _ = StatementTrace.take(scene.path)
      try await body(seen, users[0], scene.path)
    }
  }
}
