import Model
import Octets
import Storage
import Testing

@Suite("One-time links")
struct OneTimeLinkTests {
  private let now = Scene.start

  @Test func `a link is found until it expires`() async throws {
    try await Scene.set { scene async throws in
      let user = try await scene.user("ada@example.org")
      let link = OneTimeLink(
        purpose: .newPassword, workspace: scene.key.workspace, user: user.id, email: "a'b@x.org",
        createdAt: now, expiresAt: now + .seconds(60))
      try await scene.store.links.add(link, digest: [1])
      let found = try #require(
        try await scene.store.links.find(digest: [1], now: now + .seconds(59)))
      #expect(found.purpose == .newPassword && found.user == user.id && found.email == "a'b@x.org")
      #expect(found.workspace == scene.key.workspace)
      #expect(found.createdAt == now && found.expiresAt == now + .seconds(60))
      #expect(try await scene.store.links.find(digest: [1], now: now + .seconds(60)) == nil)
      #expect(try await scene.store.links.use(digest: [1], now: now + .seconds(60)) == nil)
      #expect(try await scene.store.links.find(digest: [2], now: now) == nil)
    }
  }

  @Test func `asked for at the same time, a link works once`() async throws {
    try await Scene.set { scene async throws in
      let (other, _) = try await Store.open(path: scene.path)
      try await scene.store.links.add(invitation(nil), digest: [1])
      let uses = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<12 {
          let store = number.isMultiple(of: 2) ? scene.store : other
          group.addTask { try await store.links.use(digest: [1], now: now) != nil }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(uses.filter { $0 }.count == 1)
      #expect(try await scene.store.links.find(digest: [1], now: now) == nil)
    }
  }

  @Test func `pending invitations are those of the workspace that still work`() async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      let (links, home) = (scene.store.links, scene.key.workspace)
      try await links.add(invitation(home, "first", at: now), digest: [1])
      try await links.add(invitation(home, "second", at: now + .seconds(1)), digest: [2])
      try await links.add(invitation(home, "used", at: now), digest: [3])
      try await links.add(invitation(home, "old", at: now + .seconds(-3_600)), digest: [4])
      try await links.add(invitation(twin.key.workspace, "theirs", at: now), digest: [5])
      let signIn = OneTimeLink(
        purpose: .signIn, workspace: home, createdAt: now, expiresAt: now + .seconds(60))
      try await links.add(signIn, digest: [6])
      _ = try await links.use(digest: [3], now: now)
      let pending = try await links.pending(.invitation, in: home, now: now + .seconds(2))
      #expect(pending.map(\.link.email) == ["second", "first"])
      #expect(pending.map(\.digest) == [[2], [1]])
      try await links.sweep(now: now + .seconds(2))
      #expect(try await scene.count("one_time_links") == 4)
      #expect(try await links.use(digest: [2], now: now)?.email == "second")
    }
  }

  @Test func `a link can be withdrawn by its workspace until it is used`() async throws {
    try await Scene.set { scene async throws in
      let (links, home) = (scene.store.links, scene.key.workspace)
      for digest in [[1], [2]] as [[UInt8]] {
        try await links.add(invitation(home), digest: digest)
      }
      _ = try await links.use(digest: [2], now: now)
      #expect(try await !links.withdraw(.invitation, digest: [1], in: .new()))
      #expect(try await !links.withdraw(.newPassword, digest: [1], in: home))
      #expect(try await !links.withdraw(.invitation, digest: [2], in: home))
      #expect(try await links.find(digest: [1], now: now) != nil)
      #expect(try await links.withdraw(.invitation, digest: [1], in: home))
      #expect(try await links.use(digest: [1], now: now) == nil)
      #expect(try await !links.withdraw(.invitation, digest: [1], in: home))
    }
  }

  @Test func `a link does not work while whoever made it is disabled`() async throws {
    try await Scene.set { scene async throws in
      let (links, home) = (scene.store.links, scene.key.workspace)
      let users = [
        try await scene.user("ada@example.org"), try await scene.user("bob@example.org"),
      ]
      for (digest, user) in users.enumerated() {
        let link = OneTimeLink(
          purpose: .invitation, workspace: home, creator: user.id, createdAt: now,
          expiresAt: now + .seconds(60))
        try await links.add(link, digest: [UInt8(digest)])
      }
      #expect(try await links.find(digest: [0], now: now)?.creator == users[0].id)
      #expect(try await scene.store.users.setDisabled(true, of: users[0].id))
      #expect(try await links.find(digest: [0], now: now) == nil)
      #expect(try await links.use(digest: [0], now: now) == nil)
      #expect(try await links.pending(.invitation, in: home, now: now).map(\.digest) == [[1]])
      #expect(try await links.find(digest: [1], now: now) != nil)
      #expect(try await scene.store.users.setDisabled(false, of: users[0].id))
      #expect(try await links.use(digest: [0], now: now) != nil)
    }
  }

  private func invitation(
    _ workspace: Identifier?, _ email: String = "eve@example.org",
    at moment: Timestamp = Scene.start
  ) -> OneTimeLink {
    OneTimeLink(
      purpose: .invitation, workspace: workspace, email: email, createdAt: moment,
      expiresAt: moment + .seconds(3_600))
  }
}
