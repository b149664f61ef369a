import Crypto
import Foundation
import Model
import Octets
import SMTP
import Storage
import Testing

@testable import App

/// `martlet send-due` and `martlet schedule`.
@Suite(.timeLimit(.minutes(2)))
struct DueTests {
  private func due(
    _ bench: SendWorkbench, _ more: [String] = []
  ) async -> SendWorkbench.Result {
    await bench.run(["send-due", "--data", bench.path("data")] + more)
  }

  private func schedule(_ bench: SendWorkbench, _ word: String) async -> SendWorkbench.Result {
    await bench.run(["schedule", word, "--data", bench.path("data")])
  }

  /// A sandbox campaign that waits for its time, an hour ago or later.
  private func campaign(_ bench: SendWorkbench, at moment: Timestamp) async throws {
    let configuration = try Configuration(
      options: [.data: bench.path("data")], environment: [:], readingFile: SettingFile.read)
    let installation = try await Installation.open(configuration)
    let (store, keys) = (installation.store, installation.keys)
    let id = Identifier.new()
    let workspace = try await store.workspaces.first(
      orAdd: Workspace(
        id: id,
        sealedLinkKey: keys.seal(Random.bytes(32), for: Seal.context(.linkKey, id, id))),
      now: .now())
    let sandbox = Sender(
      id: .new(), workspace: workspace.id, kind: .sandbox, name: "Sandbox", host: "", port: 25,
      security: "none", user: nil, sealedPassword: nil, fromAddress: "ada@example.org")
    try await store.senders.add(sandbox, now: .now())
    let list = Audience(
      id: .new(), workspace: workspace.id, file: "", state: .ready, fieldNames: ["email"],
      emailColumn: 0, offset: 0, line: 0, name: "People")
    var campaign = Campaign(
      id: .new(), workspace: workspace.id, name: "Spring", state: .scheduled,
      content: CampaignContent(
        subject: "Hello", html: nil, text: [UInt8]("Hi\n".utf8), from: "ada@example.org"),
      sender: sandbox.id, audience: list.id, inDoubt: .hold, createdAt: .now())
    campaign.scheduledAt = moment
    try await store.campaigns.add(campaign, with: list, now: .now())
    let rows = (1...3).map { number in
      let email = [UInt8]("p\(number)@example.com".utf8)
      var fields: [UInt8] = []
      FieldList.append([email[...]], to: &fields)
      return AudienceRow(
        line: number + 1, email: email, key: email, fields: fields, refusal: nil)
    }
    try await store.audiences.store(rows, of: list, state: .ready)
  }

  @Test func `what is due is sent and counted, and what is not waits`() async throws {
    try await SendWorkbench.open { bench in
      try await campaign(bench, at: .now() + .seconds(-3_600))
      try await campaign(bench, at: .now() + .seconds(-60))
      try await campaign(bench, at: .now() + .seconds(3_600))
      #expect(await schedule(bench, "disable").code == .ok)
      let first = await due(bench)
      #expect(first.code == .ok, "\(first.messages)")
      #expect(
        first.output.hasPrefix(
          "sent 6 failed 0 unknown 0 suppressed 0 skipped 0 deferred 0 cancelled 0 of 6 in "))
      let second = await due(bench, ["--json"])
      #expect(second.code == .ok)
      #expect(second.output.hasPrefix("{\"sent\": 0, "))
      #expect(second.output.contains("\"total\": 0"))
      let shown = await schedule(bench, "show")
      #expect(shown.output.contains("The schedule is off"))
      #expect(shown.output.contains("One campaign waits for their time, the next one until 20"))
    }
  }

  @Test func `while another works on the folder, it says that all is taken care of`() async throws {
    try await SendWorkbench.open { bench in
      try await campaign(bench, at: .now() + .seconds(-60))
      let folder = try DataFolder(bench.path("data"))
      let result = await due(bench)
      #expect(result.code == .deferred)
      #expect(result.output == "")
      #expect(result.messages.contains("`martlet serve` sends what is due by itself"))
      #expect(!result.messages.contains("switched off"))
      // The switch works meanwhile.
      #expect(await schedule(bench, "disable").code == .ok)
      #expect(await due(bench).messages.contains("`martlet schedule enable` switches it on"))
      let shown = await schedule(bench, "show")
      #expect(shown.output.contains("The schedule is off"))
      #expect(shown.output.contains("A Martlet is at work on this folder."))
      #expect(folder.path == bench.path("data"))
    }
  }

  @Test func `the switch stays as it was put`() async throws {
    try await SendWorkbench.open { bench in
      for (word, state) in [("show", "on"), ("disable", "off"), ("enable", "on")] {
        #expect(await schedule(bench, word).output.hasPrefix("The schedule is \(state)"))
        let json = await bench.run(["schedule", "show", "--json", "--data", bench.path("data")])
        #expect(
          json.output
            == "{\"enabled\": \(state == "on"), \"serving\": false, \"scheduled\": 0, \"next\": null}\n"
        )
      }
    }
  }

  @Test func `a schedule of retries can be given, and is checked`() async throws {
    try await SendWorkbench.open { bench in
      let bad = try await bench.send([:], ["--sandbox", "--retry", "often"])
      #expect(bad.code == .usage)
      #expect(bad.messages.contains("Option '--retry': “often” is no time."))
      let good = try await bench.send([:], ["--sandbox", "--retry", "1m, then every 1h, for 1d"])
      #expect(good.code == .ok)
      let configuration = try Configuration(
        options: [.data: bench.path("data")], environment: [:], readingFile: SettingFile.read)
      let installation = try await Installation.open(configuration)
      let workspace = try await installation.store.workspaces.first(
        orAdd: Workspace(id: .new(), sealedLinkKey: []), now: .now())
      let sender = try await installation.store.senders.all(in: workspace.id).first
      #expect(sender?.rules.retries?.description == "1m, then every 1h, for 24h")
    }
  }
}

struct TimeOutTests {
  @Test func `each step has its own`() throws {
    let times = try #require(TimeOuts("connect=5s, data-end = 20m,idle=500ms,quit=1"))
    #expect(times.patience.connect == .seconds(5))
    #expect(times.patience.dataEnd == .seconds(1_200))
    #expect(times.patience.quit == .seconds(1))
    #expect(times.patience.mail == TimeOuts().patience.mail)
    #expect(times.idle == .milliseconds(500))
    for name in TimeOuts.names { #expect(TimeOuts("\(name)=7s") != nil) }
  }

  @Test(arguments: ["connect", "connect=", "connect=0s", "lunch=1h", "connect=2h", "=5s", "mail=x"])
  func `what means nothing is refused when the program starts`(text: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(
        environment: ["SMTP_TIMEOUTS": text], readingFile: SettingFile.read)
    }
    #expect(error.map { "\($0)".contains("connect=30s,data-end=10m") } == true)
  }
}
