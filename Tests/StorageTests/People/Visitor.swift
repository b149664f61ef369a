import Database
import Model
import Octets
import Storage
import Testing

/// Those who sign in, alike but for what a test asks for.
extension Sample {
  static func user(
    _ email: String, in workspace: Identifier, isAdministrator: Bool = false
  ) -> User {
    User(
      id: .new(), workspace: workspace, email: email, name: "Ada", passwordHash: "hash of \(email)",
      isAdministrator: isAdministrator, createdAt: Scene.start)
  }

  static func workspace(_ name: String = "Second") -> Workspace {
    Workspace(
      id: .new(), name: name, sealedLinkKey: [2], timeZone: "Europe/Berlin", messagesPerHour: 500)
  }

  static func sandbox(in workspace: Identifier) -> Sender {
    Sender(
      id: .new(), workspace: workspace, kind: .sandbox, name: "Sandbox", host: "", port: 0,
      security: "none", user: nil, sealedPassword: nil, fromName: "Ada",
      fromAddress: "ada@example.org")
  }
}

extension Scene {
  /// A user of the scene's workspace, stored.
  func user(_ email: String, isAdministrator: Bool = false) async throws -> User {
    let user = Sample.user(email, in: key.workspace, isAdministrator: isAdministrator)
    let isNew = try await store.users.add(user, now: Scene.start)
    #expect(isNew)
    return user
  }

  /// The number of rows of a table.
  func count(_ query: String) async throws -> Int {
    try #require(try await look(.init(stringLiteral: "SELECT COUNT(*) AS n FROM \(query)")).first)
      .integer("n")
  }
}
