import Crypto
import Foundation
import HTTP
import Locking
import Model
import Octets
import Storage

@testable import Web

/// A site on a store of its own, with a clock that moves when a test says so.
struct Scene: Sendable {
  let folder: String
  let store: Store
  let keys: KeyRing
  let site: Site
  let responder: any Responder
  let clock: HandClock

  static let start = Timestamp(seconds: 1_795_000_000)
  /// The password of everybody whom ``signIn(_:)`` makes.
  static let password = "a boat on the green water"

  /// Runs a test on a new site; `change` sets it up differently.
  static func set(
    _ change: (inout SiteSettings) -> Void = { _ in }, _ body: (Scene) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/martlet-" + UUID().uuidString
    for name in ["uploads", "attachments"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (store, _) = try await Store.open(path: "\(folder)/martlet.db")
    let keys = KeyRing(current: .random())
    let clock = HandClock(start)
    var settings = SiteSettings(
      uploads: "\(folder)/uploads", attachments: "\(folder)/attachments", version: "test")
    settings.passwordCost = .cheap
    settings.clock = { clock.now }
    change(&settings)
    let site = Site(settings, store: store, keys: keys)
    try await body(
      Scene(
        folder: folder, store: store, keys: keys, site: site, responder: site.responder,
        clock: clock))
  }

  /// The same store under a site that has just been started.
  func restarted() -> Scene {
    let site = Site(self.site.settings, store: store, keys: keys)
    return Scene(
      folder: folder, store: store, keys: keys, site: site, responder: site.responder, clock: clock)
  }

  /// A browser that has never been here.
  func stranger() -> Browser { Browser(self) }

  /// A browser of somebody new with a workspace of their own, signed in already.
  func signIn(
    _ email: String = "ada@example.org", isAdministrator: Bool = false
  ) async throws -> Browser {
    let user = try await addUser(email, isAdministrator: isAdministrator)
    return try await signIn(user)
  }

  /// One more browser of a user, signed in without the form.
  func signIn(_ user: User) async throws -> Browser {
    let token = Token()
    try await store.sessions.begin(digest: token.digest, user: user, now: clock.now)
    let browser = Browser(self, user: user)
    browser.cookies["session"] = token.text
    return browser
  }

  /// A user with a workspace and a sandbox sender.
  func addUser(
    _ email: String = "ada@example.org", isAdministrator: Bool = false, isDisabled: Bool = false
  ) async throws -> User {
    let id = Identifier.new()
    let workspace = Workspace(
      id: id, name: "Analytical Engines",
      sealedLinkKey: keys.seal(
        Random.bytes(32),
        for: SealingContext.bytes(
          purpose: "workspace.link_key", workspace: id.octets, row: id.octets)))
    let user = User(
      id: .new(), workspace: id, email: email, name: "Ada Lovelace",
      passwordHash: try PasswordHash(of: Array(Self.password.utf8), cost: .cheap).text,
      isAdministrator: isAdministrator, isDisabled: isDisabled, createdAt: clock.now)
    let sandbox = Sender(
      id: .new(), workspace: id, kind: .sandbox, name: "Sandbox", host: "localhost", port: 25,
      security: "none", user: nil, sealedPassword: nil, fromName: user.name, fromAddress: email)
    _ = try await store.users.register(user, with: workspace, sandbox: sandbox, now: clock.now)
    return user
  }
}

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
  private let moment: Lock<Timestamp>

  init(_ start: Timestamp) { moment = Lock(start) }

  var now: Timestamp { moment.withLock { $0 } }
  func advance(by step: Duration) { moment.withLock { $0 = $0 + step } }
}
