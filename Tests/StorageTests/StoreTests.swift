import Database
import Dispatch
import Model
import Octets
import Storage
import Testing

@Suite("The store")
struct StoreTests {
  @Test func `a store is migrated when it is made and not when it is opened again`() async throws {
    try await Scene.set(recipients: 2) { scene async throws in
      let fresh = try await Store.open(path: scene.path + ".other")
      #expect(!fresh.migrated.isEmpty)
      #expect(fresh.migrated == Array(1...fresh.migrated.count))
      let again = try await Store.open(path: scene.path)
      #expect(again.migrated == [])
      #expect(try await again.0.deliveries.recount(scene.key).total == 2)
    }
  }

  @Test func `programs that make the store together migrate it once`() async throws {
    try await Scene.set { scene async throws in
      let path = scene.path + ".other"
      // The file is there and empty; opening it is not what is looked at here.
      let pool = try DatabasePool(path: path)
      defer { withExtendedLifetime(pool) {} }
      let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
        for _ in 0..<4 { group.addTask { try await Store.open(path: path).migrated } }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(Set(applied).count == applied.count)
      #expect(applied.contains(1))
    }
  }

  @Test func `a store of a newer program is refused`() async throws {
    try await Scene.set { scene async throws in
      try await scene.pool.write { connection throws(DatabaseError) in
        _ = try connection.change(
          "INSERT INTO schema_migrations (number, name, applied_at) VALUES (9999, 'x', 0)")
      }
      let error = await #expect(throws: StoreError.self) {
        _ = try await Store.open(path: scene.path)
      }
      guard case .newerSchema(9999, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `there is one first workspace, whoever asks`() async throws {
    try await Scene.set { scene async throws in
      let found = try await withThrowingTaskGroup(of: Identifier.self) { group in
        for number in 0..<8 {
          group.addTask {
            try await scene.store.workspaces.first(
              orAdd: Workspace(id: .new(), sealedLinkKey: [UInt8(number)]), now: Scene.start
            ).id
          }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(found == [scene.key.workspace])
      let first = try await scene.store.workspaces.first(
        orAdd: Workspace(id: .new(), sealedLinkKey: [9]), now: Scene.start)
      #expect(first.sealedLinkKey == [1])
    }
  }

  @Test func `a sender is updated in place`() async throws {
    try await Scene.set { scene async throws in
      let workspace = scene.key.workspace
      var sender = Sample.sender(
        scene.campaign.sender, in: workspace, password: [0, 255, 0])
      sender.host = "other.example.org"
      sender.user = nil
      try await scene.store.senders.update(sender)
      let stored = try #require(
        try await scene.store.senders.find(sender.id, in: workspace))
      #expect(stored.host == "other.example.org")
      #expect(stored.user == nil)
      #expect(stored.sealedPassword == [0, 255, 0])
    }
  }

  @Test func `every secret of every workspace is sealed anew`() async throws {
    try await secrets { scene, twin async throws in
      let result = try await scene.store.sealedSecrets.replaceAll { secret in
        secret.sealed + [7]
      }
      // Two link keys and the one password there is.
      #expect(result == .success(3))
      let password = try await twin.password()
      #expect(password == [5, 5, 7])
      #expect(try await scene.password() == nil)
    }
  }

  @Test func `one secret that cannot be sealed anew leaves all as they are`() async throws {
    try await secrets { scene, twin async throws in
      let result = try await scene.store.sealedSecrets.replaceAll {
        secret throws(Unsealable) -> [UInt8]? in
        if secret.kind == .senderPassword { throw Unsealable() }
        return [6]
      }
      #expect(result == .failure(Unsealable()))
      let password = try await twin.password()
      #expect(password == [5, 5])
      let keys = try await scene.look("SELECT sealed_link_key FROM workspaces")
        .map { try $0.octets("sealed_link_key") }
      #expect(Set(keys) == [[1], [2]])
    }
  }

  @Test func `a password changed while secrets are sealed anew is not put back`() async throws {
    try await secrets { scene, twin async throws in
      _ = try await scene.store.sealedSecrets.replaceAll { secret in
        guard secret.kind == .senderPassword else { return nil }
        // The user types a new password at this moment.
        let isChanged = DispatchSemaphore(value: 0)
        scene.pool.onWriter { connection in
          _ = try? connection.change(
            "UPDATE senders SET sealed_password = x'0808' WHERE sealed_password IS NOT NULL")
          isChanged.signal()
        }
        return isChanged.wait(timeout: .now() + 60) == .success ? secret.sealed + [7] : nil
      }
      let password = try await twin.password()
      do {
        #expect(password?.starts(with: [8, 8]) == true)
      }
    }
  }

  private struct Unsealable: Error, Equatable {}

  /// Two workspaces, the second with a password.
  private func secrets(_ body: (Scene, Scene) async throws -> Void) async throws {
    try await Scene.set { scene async throws in
      let twin = try await scene.twin(recipients: 0)
      try await scene.store.senders.update(
        Sample.sender(twin.campaign.sender, in: twin.key.workspace, password: [5, 5]))
      try await body(scene, twin)
    }
  }
}

extension Scene {
  fileprivate func password() async throws -> [UInt8]? {
    try await store.senders.find(campaign.sender, in: key.workspace)?.sealedPassword
  }
}
