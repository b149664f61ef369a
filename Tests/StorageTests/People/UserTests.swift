import Database
import Model
import Octets
import Storage
import Testing

@Suite("Users")
struct UserTests {
  @Test func `a user comes back as it went`() async throws {
    try await Scene.set { scene async throws in
      let (users, now) = (scene.store.users, Scene.start)
      let user = try await scene.user("Ada@Example.org", isAdministrator: true)
      let other = try await scene.user("bob@example.org", isAdministrator: true)
      let name = "'; DROP TABLE users; --"
      #expect(try await users.rename(user.id, to: name))
      #expect(try await users.setAdministrator(false, of: user.id))
      try await scene.store.sessions.begin(digest: [1], user: user, now: now + .seconds(5))
      let found = try #require(try await users.find(user.id))
      #expect(found.name == name && found.email == "Ada@Example.org")
      #expect(found.workspace == scene.key.workspace && found.createdAt == now)
      #expect(!found.isAdministrator && !found.isDisabled)
      #expect(found.passwordHash == user.passwordHash)
      #expect(found.signedInAt == now + .seconds(5))
      let untouched = try #require(try await users.find(other.id))
      #expect(untouched.name == "Ada" && untouched.isAdministrator)
      #expect(try await !users.rename(.new(), to: name))
      #expect(try await users.find(.new()) == nil)
    }
  }

  @Test(arguments: ["ada@example.org", "ADA@EXAMPLE.ORG", "Ada@example.Org"])
  func `an address is taken in whatever case it is written`(_ email: String) async throws {
    try await Scene.set { scene async throws in
      let ada = try await scene.user("Ada@Example.org")
      let twin = Sample.user(email, in: scene.key.workspace)
      #expect(try await !scene.store.users.add(twin, now: Scene.start))
      #expect(try await scene.store.users.count() == 1)
      #expect(try await scene.store.users.find(email: email)?.id == ada.id)
      #expect(try await scene.store.users.find(email: "a\(email)") == nil)
    }
  }

  @Test func `users are listed in the order they came`() async throws {
    try await Scene.set { scene async throws in
      var random = SystemRandomNumberGenerator()
      var made: [Identifier] = []
      for number in 0..<7 {
        let id = Identifier(at: Scene.start + .seconds(number), from: &random)
        let user = User(
          id: id, workspace: scene.key.workspace, email: "\(number)@example.org", name: "",
          passwordHash: "", isAdministrator: false, createdAt: Scene.start)
        made.append(id)
        #expect(try await scene.store.users.add(user, now: Scene.start))
      }
      var (listed, last): ([Identifier], Identifier?) = ([], nil)
      while case let page = try await scene.store.users.page(after: last, limit: 3), !page.isEmpty {
        #expect(page.count <= 3)
        listed += page.map(\.id)
        last = listed.last
      }
      #expect(listed == made)
      #expect(try await scene.store.users.page(after: nil, limit: -1).isEmpty)
    }
  }

  // MARK: Registration

  @Test func `registering makes workspace, user and sandbox`() async throws {
    try await Scene.set { scene async throws in
      let workspace = Sample.workspace()
      let (user, sandbox) = (
        Sample.user("eve@example.org", in: workspace.id), Sample.sandbox(in: workspace.id)
      )
      #expect(
        try await scene.store.users.register(
          user, with: workspace, sandbox: sandbox, now: Scene.start))
      #expect(try await scene.store.users.find(user.id)?.workspace == workspace.id)
      #expect(try await scene.store.workspaces.find(workspace.id)?.timeZone == "Europe/Berlin")
      #expect(try await scene.store.senders.all(in: workspace.id).map(\.kind) == [.sandbox])
      #expect(try await scene.store.senders.find(sandbox.id, in: scene.key.workspace) == nil)
    }
  }

  @Test func `a registration that cannot be had leaves nothing behind`() async throws {
    try await Scene.set { scene async throws in
      _ = try await scene.user("ada@example.org")
      let workspace = Sample.workspace()
      let (user, sandbox) = (
        Sample.user("ADA@example.org", in: workspace.id), Sample.sandbox(in: workspace.id)
      )
      #expect(
        try await !scene.store.users.register(
          user, with: workspace, sandbox: sandbox, now: Scene.start))
      // A sandbox that belongs nowhere: the database says no in the middle.
      await #expect(throws: DatabaseError.self) {
        _ = try await scene.store.users.register(
          Sample.user("eve@example.org", in: workspace.id), with: workspace,
          sandbox: Sample.sandbox(in: .new()), now: Scene.start)
      }
      #expect(try await scene.store.workspaces.find(workspace.id) == nil)
      #expect(try await scene.count("workspaces") == 1)
      #expect(try await scene.count("senders") == 1)
      #expect(try await scene.count("users") == 1)
    }
  }

  @Test func `of several who register one address at once, one gets it`() async throws {
    try await Scene.set { scene async throws in
      let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<8 {
          group.addTask {
            let workspace = Sample.workspace("House \(number)")
            return try await scene.store.users.register(
              Sample.user(number.isMultiple(of: 2) ? "e@x.org" : "E@X.ORG", in: workspace.id),
              with: workspace, sandbox: Sample.sandbox(in: workspace.id), now: Scene.start)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(admitted.filter { $0 }.count == 1)
      #expect(try await scene.count("workspaces") == 2)
    }
  }

  // MARK: Administrators

  @Test func `the last administrator can be neither shut out nor demoted`() async throws {
    try await Scene.set { scene async throws in
      let users = scene.store.users
      let ada = try await scene.user("ada@example.org", isAdministrator: true)
      let bob = try await scene.user("bob@example.org", isAdministrator: true)
      let eve = try await scene.user("eve@example.org")
      #expect(try await !users.isLastAdministrator(ada.id))
      #expect(try await users.setDisabled(true, of: bob.id))
      #expect(try await users.isLastAdministrator(ada.id))
      #expect(try await !users.isLastAdministrator(bob.id))
      #expect(try await !users.isLastAdministrator(eve.id))
      #expect(try await !users.setDisabled(true, of: ada.id))
      #expect(try await !users.setAdministrator(false, of: ada.id))
      #expect(try await users.setAdministrator(true, of: ada.id))
      #expect(try await !users.setAdministrator(true, of: .new()))
      let found = try #require(try await users.find(ada.id))
      #expect(found.isAdministrator && !found.isDisabled)
      // Others come and go.
      #expect(try await users.setDisabled(true, of: eve.id))
      #expect(try await users.setDisabled(false, of: bob.id))
      #expect(try await users.setDisabled(true, of: ada.id))
      #expect(try await !users.setDisabled(true, of: .new()))
    }
  }

  @Test func `of two administrators who shut each other out at once, one stays`() async throws {
    try await Scene.set { scene async throws in
      let pair = [
        try await scene.user("ada@example.org", isAdministrator: true),
        try await scene.user("bob@example.org", isAdministrator: true),
      ]
      let done = try await withThrowingTaskGroup(of: Bool.self) { group in
        for user in pair {
          group.addTask { try await scene.store.users.setDisabled(true, of: user.id) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(done.filter { $0 }.count == 1)
    }
  }
}
