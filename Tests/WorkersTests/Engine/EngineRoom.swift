import Compose
import Crypto
import Foundation
import Locking
import Model
import Net
import Octets
import SMTP
import Storage
import Testing
import Workers

/// An installation in a folder of its own: database, key, uploads, one workspace with a sandbox
/// sender.
struct EngineRoom {
  let folder: String
  let store: Store
  let keys: KeyRing
  let loop: EventLoop
  let workspace: Workspace
  let sandbox: Sender

  /// Opens a room, lends it, and clears it away.
  static func open(_ body: (EngineRoom) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/martlet-\(UUID().uuidString)"
    for name in ["uploads", "attachments"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (store, _) = try await Store.open(path: "\(folder)/martlet.db")
    let keys = KeyRing(current: .random())
    let id = Identifier.new()
    let workspace = try await store.workspaces.first(
      orAdd: Workspace(
        id: id,
        sealedLinkKey: keys.seal(Random.bytes(32), as: .linkKey, workspace: id, row: id)),
      now: .now())
    let sandbox = Sender(
      id: .new(), workspace: id, kind: .sandbox, name: "Sandbox", host: "", port: 0,
      security: "none", user: nil, sealedPassword: nil, fromAddress: "ada@example.org")
    try await store.senders.add(sandbox, now: .now())
    let loop = try EventLoop(name: "test-io")
    defer { loop.stop() }
    try await body(
      EngineRoom(
        folder: folder, store: store, keys: keys, loop: loop, workspace: workspace,
        sandbox: sandbox))
  }

  /// Someone else's workspace in the same installation.
  func neighbour() async throws -> EngineRoom {
    let id = Identifier.new()
    let house = Workspace(
      id: id, name: "Next door",
      sealedLinkKey: keys.seal(Random.bytes(32), as: .linkKey, workspace: id, row: id))
    let sandbox = Sender(
      id: .new(), workspace: id, kind: .sandbox, name: "Sandbox", host: "", port: 0,
      security: "none", user: nil, sealedPassword: nil, fromAddress: "bob@example.org")
    let bob = User(
      id: .new(), workspace: id, email: "bob@example.org", name: "Bob", passwordHash: "",
      isAdministrator: false, createdAt: .now())
    #expect(try await store.users.register(bob, with: house, sandbox: sandbox, now: .now()))
    return EngineRoom(
      folder: folder, store: store, keys: keys, loop: loop, workspace: house, sandbox: sandbox)
  }

  func engine(_ adjust: (inout Engine.Options) -> Void = { _ in }) -> Engine {
    var options = Engine.Options()
    adjust(&options)
    return Engine(
      store: store, keys: keys,
      folders: Engine.Folders(uploads: "\(folder)/uploads", attachments: "\(folder)/attachments"),
      loop: loop, options: options)
  }

  /// Runs an engine while `body` runs.
  func whileRunning(
    _ adjust: (inout Engine.Options) -> Void = { _ in }, _ body: (Engine) async throws -> Void
  ) async throws {
    let engine = engine(adjust)
    try await withThrowingTaskGroup { group in
      group.addTask { try await engine.run() }
      do {
        try await until { engine.isReady }
        try await body(engine)
      } catch {
        engine.stop()
        throw error
      }
      engine.stop()
      #expect(!engine.isReady)
      try await group.waitForAll()
    }
  }

  /// Waits until something is so; the doorbell tells when to look.
  func until(_ isSo: () async throws -> Bool) async throws {
    while true {
      // A test whose time is up ends here.
      try Task.checkCancellation()
      let generation = store.doorbell.generation
      if try await isSo() { return }
      await store.doorbell.wait(after: generation, upTo: .milliseconds(20))
    }
  }

  // MARK: What people set up

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(name)")
  }

  static func people(_ count: Int) -> String {
    "email,name\n" + (1...count).map { "p\($0)@example.com,P\($0)\n" }.joined()
  }

  /// Uploads a file as the pages do.
  func upload(_ csv: String = people(20), name: String = UUID().uuidString) async throws -> Audience
  {
    try write(csv, to: "uploads/\(name)")
    let survey = try? Importer.survey("\(folder)/uploads/\(name)", column: nil)
    let list = Audience(
      id: .new(), workspace: workspace.id, file: name,
      fieldNames: survey?.columns.map(FieldName.of(column:)) ?? ["email", "name"],
      emailColumn: survey?.emailColumn ?? 0, offset: survey?.offset ?? 0,
      line: survey?.line ?? 2, name: "People")
    try await store.audiences.add(list, now: .now())
    return list
  }

  /// Adds a campaign to a list in some state, `preparing` as if someone had pressed Send.
  func campaign(
    to list: Audience, through sender: Sender? = nil, state: CampaignState = .preparing,
    at moment: Timestamp? = nil, _ adjust: (inout Campaign) -> Void = { _ in }
  ) async throws -> CampaignKey {
    var campaign = Campaign(
      id: .new(), workspace: workspace.id, name: "Spring", state: state,
      content: CampaignContent(
        subject: "Hello {{ name }}", html: nil, text: [UInt8]("Hi {{ name }}!\n".utf8),
        from: "Ada <ada@example.org>"),
      sender: (sender ?? sandbox).id, audience: list.id, inDoubt: .hold, createdAt: .now())
    campaign.scheduledAt = moment
    adjust(&campaign)
    try await store.campaigns.add(campaign, now: .now())
    return campaign.key
  }

  /// A stored sender for a server of this machine.
  func sender(
    port: UInt16, user: String? = nil, password: String = "", perHour: Int? = nil,
    host: String = "127.0.0.1"
  ) async throws -> Sender {
    let endpoint = Endpoint(
      host: host, port: port, security: .none,
      credentials: user.map { Credentials(user: $0, password: [UInt8](password.utf8)) })
    var sender = SenderEndpoint.sealed(endpoint, id: .new(), workspace: workspace.id, keys: keys)
    sender.fromAddress = "ada@example.org"
    sender.limits.perHour = perHour
    try await store.senders.add(sender, now: .now())
    return sender
  }

  // MARK: What became of it

  func progress(_ key: CampaignKey) async throws -> CampaignProgress {
    try #require(try await store.campaigns.progress(key))
  }

  func wait(for state: CampaignState, of key: CampaignKey) async throws {
    try await until { try await progress(key).state == state }
  }

  /// The counters, once they are seen to be what the rows say.
  func counts(_ key: CampaignKey) async throws -> CampaignCounts {
    let counts = try await progress(key).counts
    #expect(try await store.deliveries.recount(key) == counts)
    return counts
  }

  func inbox() async throws -> [InboxMessage] {
    var messages: [InboxMessage] = []
    while true {
      let page = try await store.inbox.page(
        in: workspace.id, after: messages.last?.id, limit: 500)
      if page.isEmpty { return messages }
      messages += page
    }
  }
}
