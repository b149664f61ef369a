import Compose
import Crypto
import Foundation
import Model
import Net
import Octets
import SMTP
import Storage
import Testing
import Workers

/// A store in a folder of its own, with an event loop and one campaign.
struct Office {
  let folder: String
  let store: Store
  let loop: EventLoop
  let workspace: Identifier
  private(set) var campaign: Campaign

  /// Opens an office, lends it, and clears it away.
  static func open(
    inDoubt: InDoubtPolicy = .hold, isTransactional: Bool = false, text: String = "Hi\n",
    _ body: (Office) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/martlet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (store, _) = try await Store.open(path: "\(folder)/martlet.db")
    let workspace = try await store.workspaces.first(
      orAdd: Workspace(id: .new(), sealedLinkKey: [1]), now: .now()
    ).id
    let sender = Sender(
      id: .new(), workspace: workspace, name: "test", host: "127.0.0.1", port: 25,
      security: "none", user: nil, sealedPassword: nil)
    try await store.senders.add(sender, now: .now())
    let loop = try EventLoop(name: "test-io")
    defer { loop.stop() }
    try await body(
      Office(
        folder: folder, store: store, loop: loop, workspace: workspace,
        campaign: Campaign(
          id: .new(), workspace: workspace, name: "Spring", state: .preparing,
          content: CampaignContent(
            subject: "Hello", html: nil, text: [UInt8](text.utf8), from: "ada@example.org",
            isTransactional: isTransactional),
          sender: sender.id, audience: .new(), inDoubt: inDoubt, createdAt: .now())))
  }

  var key: CampaignKey { campaign.key }

  /// The same office with another campaign for another list, through the same sender.
  func another() -> Office {
    var office = self
    office.campaign = Campaign(
      id: .new(), workspace: workspace, name: "Summer", state: .preparing,
      content: campaign.content, sender: campaign.sender, audience: .new(),
      inDoubt: campaign.inDoubt, createdAt: .now())
    return office
  }

  func audience(_ file: String = "", state: Audience.State = .reading) -> Audience {
    Audience(
      id: campaign.audience, workspace: workspace, file: file, state: state,
      fieldNames: ["email"], emailColumn: 0, offset: 0, line: 0)
  }

  /// Stores the campaign with recipients `p1@example.com`, `p2@example.com` and so on.
  func add(recipients count: Int, domains: Int = 1) async throws {
    let audience = audience(state: .ready)
    try await store.campaigns.add(campaign, with: audience, now: .now())
    let rows = (0..<count).map { index in
      let domain = index % domains == 0 ? "example.com" : "example\(index % domains).com"
      let email = [UInt8]("p\(index + 1)@\(domain)".utf8)
      var fields: [UInt8] = []
      FieldList.append([email[...]], to: &fields)
      return AudienceRow(line: index + 2, email: email, key: email, fields: fields, refusal: nil)
    }
    try await store.audiences.store(rows, of: audience, state: .ready)
  }

  /// Stores the campaign and freezes its audience, ready to be sent.
  func prepare(recipients count: Int, domains: Int = 1) async throws {
    try await add(recipients: count, domains: domains)
    try await Planner(store: store).run(campaign)
  }

  /// A dispatcher for the server at a port of this machine.
  func dispatcher(
    to port: UInt16, credentials: Credentials? = nil,
    _ adjust: (inout Dispatcher.Options) -> Void = { _ in }
  ) throws -> Dispatcher {
    var options = Dispatcher.Options()
    options.connections = 4
    options.patience = .zero
    adjust(&options)
    let endpoint = Endpoint(
      host: "127.0.0.1", port: port, security: .none, credentials: credentials)
    let composer = try CampaignComposer(
      campaign.content, named: campaign.name, of: key, fieldNames: ["email"], attachments: [],
      linkKey: Secret("correct horse battery staple"))
    return Dispatcher(
      campaign, store: store, composer: composer, exit: try Exit(to: endpoint, on: loop),
      options: options)
  }

  /// Sends until the run ends, which must be as `word` says.
  func send(
    to port: UInt16, until word: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await dispatcher(to: port).send()
    #expect(result.word == word, sourceLocation: sourceLocation)
  }

  func report() async throws -> [ReportRow] {
    try await store.deliveries.report(of: key, after: 0, limit: .max)
  }

  /// The counters, once they are seen to be what the rows say.
  func counts() async throws -> CampaignCounts {
    let counts = try #require(try await store.campaigns.find(key)).counts
    #expect(try await store.deliveries.recount(key) == counts)
    #expect(counts[.sending] == 0)
    return counts
  }

  /// Puts what is due again in the future into the queue, as if the time had come.
  ///
  /// - Returns: How many there were.
  func bringForward() async throws -> Int {
    let lease = Lease.new()
    let (claimed, _) = try await store.deliveries.claim(
      .max, of: key, after: .max, lease: lease, now: .now() + .seconds(86_400))
    try await store.deliveries.release(claimed.map(\.number), of: key, lease: lease)
    return claimed.count
  }

  /// Compares what the ledger says about everyone with what the server has seen.
  func check(_ book: Mailroom.Book, mostCopies: Int = 1) async throws {
    for row in try await report() {
      let email = Mailroom.text(row.email)
      let copies = book.dots[email] ?? 0
      let acknowledged = book.acknowledged[email] ?? 0
      #expect(copies <= mostCopies, "\(email) got \(copies) copies")
      #expect((book.names[email] ?? []).count <= 1, "\(email) got messages of several names")
      #expect((row.state == .sent) == (acknowledged == 1), "\(email) is \(row.state)")
      if row.state == .unknown { #expect(copies == 1) }
      if row.state == .queued { #expect(row.attempts == 0 || copies == 0) }
    }
  }
}

extension Dispatcher.Result {
  var word: String {
    switch self {
    case .finished: "finished"
    case .deferred: "deferred"
    case .limited: "limited"
    case .stopped: "stopped"
    case .unreachable: "unreachable"
    case .senderFailed: "senderFailed"
    case .ledgerFailed: "ledgerFailed"
    }
  }
}
