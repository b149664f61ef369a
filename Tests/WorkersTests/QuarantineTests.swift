import Compose
import Crypto
import Glibc
import Model
import Net
import Octets
import SMTP
import Storage
import Testing

@testable import Workers

/// Messages that the program dies of while it makes them.
@Suite(.timeLimit(.minutes(2)))
struct QuarantineTests {
  /// What a process of its own is told, which sends a campaign until a plan ends it.
  struct Life: Codable, Sendable {
    let folder: String
    let workspace: [UInt8]
    let campaign: [UInt8]
    let plan: String

    init(_ office: Office, _ plan: String) {
      folder = office.folder
      workspace = office.workspace.octets
      campaign = office.key.campaign.octets
      self.plan = plan
    }
  }

  private static func live(_ life: Life) async throws {
    let (store, _) = try await Store.open(path: "\(life.folder)/martlet.db")
    let key = try CampaignKey(
      workspace: #require(Identifier(octets: life.workspace)),
      campaign: #require(Identifier(octets: life.campaign)))
    let campaign = try #require(try await store.campaigns.find(key))
    _ = try await store.deliveries.recover(campaign, now: .now())
    let loop = try EventLoop(name: "test-io")
    let composer = try CampaignComposer(
      campaign.content, named: campaign.name, of: key, fieldNames: ["email"], attachments: [],
      linkKey: Secret("correct horse battery staple"))
    try await Mailroom().whileServing(on: loop) { port in
      var options = Dispatcher.Options()
      options.connections = 4
      options.patience = .zero
      options.crash = try #require(CrashPlan(life.plan))
      _ = try await Dispatcher(
        campaign, store: store, composer: composer,
        exit: try Exit(
          to: Endpoint(host: "127.0.0.1", port: port, security: .none), on: loop), options: options
      ).send()
    }
  }

  @Test func `what the program dies of twice is quarantined, and nothing else`() async throws {
    try await Office.open(inDoubt: .resend) { office in
      try await office.prepare(recipients: 40)
      let life = Life(office, "composing#3")
      for _ in 0..<2 {
        await #expect(processExitsWith: .signal(SIGKILL)) { [life = life as Life] in
          try await Self.live(life)
        }
      }
      await #expect(processExitsWith: .success) { [life = life as Life] in
        try await Self.live(life)
      }
      let report = try await office.report()
      #expect(report.filter { $0.state == .failed }.map(\.number) == [3])
      #expect(report.filter { $0.state == .sent }.count == 39)
      let row = try #require(report.first { $0.number == 3 })
      #expect(row.reason.hasPrefix("quarantined: the program ended 2 times while"))
      let found = try #require(try await office.store.deliveries.find(office.key, 3))
      #expect(found.attempts.map(\.state) == [.failed])
      // Only who asks has it tried again.
      let retried = try await office.store.deliveries.retry(
        .temporaryFailures, of: office.key, now: .now())
      #expect(retried == 1)
      let room = Mailroom()
      try await room.whileServing(on: office.loop) { port in
        try await office.send(to: port, until: "finished")
      }
      #expect(room.book.dots == ["p3@example.com": 1])
    }
  }

  @Test(arguments: ["claimed:1", "before-dot:1", "outcome-received:2", "intent-durable:3"])
  func `who kills the program for other reasons quarantines nobody`(point: String) async throws {
    try await Office.open(inDoubt: .resend) { office in
      try await office.prepare(recipients: 30)
      let life = Life(office, point)
      for _ in 0..<3 {
        await #expect(processExitsWith: .signal(SIGKILL)) { [life = life as Life] in
          try await Self.live(life)
        }
      }
      _ = try await office.store.deliveries.recover(office.campaign, now: .now())
      #expect(try await office.counts()[.failed] == 0)
    }
  }
}
