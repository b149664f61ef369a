import Model
import Octets
import Storage
import Testing
import Workers

struct PlannerTests {
  @Test(arguments: [0, 1, 1_999, 2_000, 2_001])
  func `everyone becomes one delivery, in the file's order`(count: Int) async throws {
    try await Office.open { office in
      try await office.prepare(recipients: count)
      let report = try await office.report()
      #expect(report.map(\.number) == Array(1..<(count + 1)))
      #expect(
        report.map { Mailroom.text($0.email) } == (1..<(count + 1)).map { "p\($0)@example.com" })
      #expect(try await office.counts()[.queued] == count)
      #expect(try await office.store.campaigns.find(office.key)?.state == .sending)
    }
  }

  @Test(arguments: [1, 2, 3])
  func `a planner goes on behind what was planned`(chunks: Int) async throws {
    try await Office.open { office in
      try await office.add(recipients: 10)
      for _ in 0..<chunks {
        #expect(try await office.store.deliveries.planNext(3, of: office.campaign) == 3)
      }
      try await Planner(store: office.store).run(office.campaign)
      try await Planner(store: office.store).run(office.campaign)
      #expect(try await office.report().map(\.number) == Array(1...10))
      #expect(try await office.counts().total == 10)
    }
  }

  @Test func `refused rows are planned with their reason`() async throws {
    try await Office.open { office in
      let audience = office.audience(state: .ready)
      try await office.store.campaigns.add(office.campaign, with: audience, now: .now())
      try await office.store.audiences.store(
        [
          AudienceRow(line: 2, email: [], key: nil, fields: [0x5B, 0x5D], refusal: "no address"),
          AudienceRow(
            line: 5, email: [0x61], key: [0x61], fields: [0x5B, 0x5D], refusal: nil),
        ], of: audience, state: .ready)
      try await Planner(store: office.store).run(office.campaign)
      let report = try await office.report()
      #expect(report.map(\.state) == [.skipped, .queued])
      #expect(report.map(\.reason) == ["no address", ""])
      #expect(try await office.counts()[.skipped] == 1)
    }
  }
}
