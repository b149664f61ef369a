import Foundation
import HTTP
import MIME
import Model
import Octets
import Storage
import Testing

@testable import Web

/// What tests of campaigns do at their desk: fill in the form, plan, record what became of messages.
extension Browser {
  static let people = "email,First Name\nada@example.net,Ada\ngrace@example.net,Grace\n"

  static func contacts(_ text: String = people, name: String = "people.csv") -> File {
    File(input: "file", name: name, content: Array(text.utf8))
  }

  /// Fills in the campaign form and presses one of its buttons.
  func write(
    at address: String = "/campaigns/new", pressing button: String = "send",
    _ changes: [String: String?] = [:], files: [File] = [Browser.contacts()],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Page {
    try await write(
      on: try await open(address), pressing: button,
      ["subject": "May news", "body": "Hello {{ first_name }}"]
        .merging(changes) { $1 }, files: files, sourceLocation: sourceLocation)
  }

  /// The same on a page that is open already; what is not changed stays as it stands there.
  func write(
    on page: Page, pressing button: String = "send", _ changes: [String: String?] = [:],
    files: [File] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Page {
    let form = try #require(
      page.forms.first { $0.isMultipart }, "no campaign form", sourceLocation: sourceLocation)
    var values = form.values.filter { changes[$0.0] == nil }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { values.append((name, value)) }
    }
    values.append(("do", button))
    return try await upload(form.action ?? page.address, values, files: files)
  }

  /// Presses a button of a campaign's page, and says yes.
  func press(_ action: String, of campaign: Campaign, sure: Bool = true) async throws -> Page {
    let page = try await open(campaign.address)
    let token = try #require(page.form()?["csrf"] ?? page.forms.first?["csrf"])
    return try await post(
      "\(campaign.address)/\(action)", [("csrf", token)] + (sure ? [("sure", "yes")] : []))
  }

  /// The campaign that a redirect leads to.
  func campaign(
    _ page: Page, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Campaign {
    let location = try #require(page.location, sourceLocation: sourceLocation)
    let id = try #require(
      Identifier(String(location.split(separator: "/")[1]), .campaign),
      sourceLocation: sourceLocation)
    return try #require(
      try await scene.store.campaigns.find(CampaignKey(workspace: home, campaign: id)),
      sourceLocation: sourceLocation)
  }

  /// The campaign as it is stored now.
  func stored(_ campaign: Campaign) async throws -> Campaign {
    try #require(try await scene.store.campaigns.find(campaign.key))
  }

  func audience(of campaign: Campaign) async throws -> Audience {
    try #require(try await scene.store.audiences.find(campaign.audience, in: home))
  }

  /// A campaign that is being sent to so many people, `person1@example.net` and on.
  func sendingCampaign(to count: Int, named name: String = "May news") async throws -> Campaign {
    let campaign = try await campaign(try await write(["name": name]))
    let rows = try (0..<count).map { index in
      let address = try EmailAddress("person\(index + 1)@example.net")
      var fields: [UInt8] = []
      FieldList.append([address.wire[...], Array("Ada".utf8)[...]], to: &fields)
      return AudienceRow(
        line: index + 2, email: address.wire, key: address.key, fields: fields, refusal: nil)
    }
    let audience = try await audience(of: campaign)
    try await scene.store.audiences.store(rows, of: audience, state: .ready)
    while try await scene.store.deliveries.planNext(1_000, of: campaign) > 0 {}
    _ = try await scene.store.campaigns.move(campaign.key, to: .sending, now: scene.clock.now)
    return try await stored(campaign)
  }

  /// Records what became of the next messages in line.
  func record(_ verdicts: [Verdict], of campaign: Campaign) async throws {
    let store = scene.store
    let now = scene.clock.now
    let lease = Lease.new()
    let (claimed, _) = try await store.deliveries.claim(
      verdicts.count, of: campaign.key, after: 0, lease: lease, now: now)
    for (delivery, verdict) in zip(claimed, verdicts) {
      let outcome = Ledger.Outcome(
        number: delivery.number, lease: lease, attempt: delivery.attempts + 1, verdict: verdict,
        server: Array("mx.example.net:25".utf8), startedAt: now, finishedAt: now)
      _ = try await store.ledger.record(
        outcome, thenIntent: nil, of: campaign.key, sender: campaign.sender)
    }
  }
}

extension Verdict {
  static let accepted = Verdict(
    state: .sent, answer: ServerAnswer(code: 250, enhancedCode: "2.0.0", text: Array("ok".utf8)))
  static let refused = Verdict(
    state: .failed,
    answer: ServerAnswer(code: 550, enhancedCode: "5.1.1", text: Array("no such user".utf8)))
  static let givenUp = Verdict(
    state: .failed, answer: ServerAnswer(code: 451, text: Array("busy".utf8)))
  static let inDoubt = Verdict(state: .unknown, reason: "the connection broke")
}

extension Scene {
  /// The files in one of the site's folders.
  func files(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(self.folder)/\(folder)").sorted()
  }
}
