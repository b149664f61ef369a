import Compose
import HTTP
import MIME
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Campaigns: list, page, events, report")
struct CampaignPageTests {
  @Test("The list is paged by key, newest first, and narrowed by state and by search")
  func list() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      #expect(try await browser.get("/campaigns").words.contains("No campaigns yet"))
      let first = try await browser.sendingCampaign(to: 1, named: "Oldest & only <one>")
      for number in 1...50 {
        var draft = first
        draft = Campaign(
          id: .new(), workspace: first.workspace, name: "Draft \(number)", state: .draft,
          content: first.content, sender: first.sender, audience: first.audience, inDoubt: .hold,
          createdAt: scene.clock.now)
        try await scene.store.campaigns.add(draft, now: scene.clock.now)
      }
      let page = try await browser.get("/campaigns")
      #expect(page.words.contains("Draft 50"))
      #expect(!page.words.contains("Oldest"))
      let next = try #require(page.text.firstMatch(of: /rel="next" href="([^"]*)"/))
      let second = try await browser.get(String(next.1).replacing("&amp;", with: "&"))
      #expect(second.text.contains("Oldest &amp; only &lt;one&gt;"))
      #expect(!second.words.contains("Draft 1"))
      let sending = try await browser.get("/campaigns?state=sending")
      #expect(sending.words.contains("Oldest"))
      #expect(sending.words.contains("0 of 1 sent"))
      #expect(try await browser.get("/campaigns?q=Draft+7").words.contains("Draft 7"))
      let nothing = try await browser.get("/campaigns?state=failed&q=spring")
      #expect(nothing.words.contains("No campaign matches"))
    }
  }

  @Test(
    "Another workspace's campaign is not found, whatever is asked of it",
    arguments: [
      "", "/edit", "/events", "/report.csv", "/message.html", "POST/edit", "POST/send",
      "POST/unschedule",
      "POST/pause", "POST/resume", "POST/cancel", "POST/retry?what=failed", "POST/copy",
      "POST/archive", "POST/unarchive", "POST/delete",
    ])
  func foreign(_ what: String) async throws {
    try await Scene.set { scene in
      let owner = try await scene.signIn()
      let stranger = try await scene.signIn("eve@example.org")
      let campaign = try await owner.sendingCampaign(to: 1)
      let token = try #require(
        try await stranger.open("/campaigns").forms.first?["csrf"])
      for address in [campaign.address, "/campaigns/\(Identifier.new().text(.campaign))"] {
        let answer =
          what.hasPrefix("POST")
          ? try await stranger.post(
            address + what.dropFirst(4), [("csrf", token), ("sure", "yes")])
          : try await stranger.get(address + what)
        #expect(answer.status == .notFound)
      }
      #expect(try await owner.stored(campaign).revision == campaign.revision)
    }
  }

  @Test("Another workspace's list cannot be written to")
  func foreignList() async throws {
    try await Scene.set { scene in
      let owner = try await scene.signIn()
      let stranger = try await scene.signIn("eve@example.org")
      let list = try await owner.sendingCampaign(to: 1).audience
      _ = try await stranger.sendingCampaign(to: 1)
      let answer = try await stranger.write(
        ["source": "list", "list": list.text(.list)], files: [])
      #expect(answer.errors == ["Choose a list."])
      let sender = try #require(try await scene.store.senders.all(in: owner.home).first)
      let other = try await stranger.write(["sender": sender.id.text(.sender)])
      #expect(other.errors == ["Choose a sender."])
    }
  }

  @Test("The page shows the figures of the ledger, and why messages failed, put together")
  func page() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 5)
      let other = Verdict(
        state: .failed,
        answer: ServerAnswer(code: 554, text: Array("<person4@example.net> <b>blocked</b>".utf8)))
      try await browser.record([.accepted, .refused, .refused, other], of: campaign)
      try await scene.store.campaigns.setPace(
        CampaignPace(
          rate: 49, finishEstimate: scene.clock.now + .seconds(82),
          slowReason: "The sender allows 500 an hour."), of: campaign.key)
      let page = try await browser.get(campaign.address)
      #expect(page.words.contains("4 of 5 done"))
      #expect(page.words.contains("80 %") || page.words.contains("80%"))
      #expect(page.words.contains("49 a second"))
      #expect(page.words.contains("about 1 min 22 s left"))
      #expect(page.words.contains("The sender allows 500 an hour."))
      #expect(page.text.contains("http-equiv=\"refresh\" content=\"5\""))
      #expect(page.words.contains("no such user 550 5.1.1 Failed 2"))
      #expect(page.text.contains("&lt;…&gt; &lt;b&gt;blocked&lt;/b&gt;"))
      #expect(page.text.contains("\(campaign.address)/deliveries?state=failed"))
      try await browser.record([.accepted], of: campaign)
      _ = try await scene.store.campaigns.move(campaign.key, to: .sent, now: scene.clock.now)
      let ended = try await browser.get(campaign.address)
      #expect(!ended.text.contains("data-live="))
      #expect(!ended.text.contains("http-equiv=\"refresh\""))
      #expect(ended.text.contains("\(campaign.address)/report.csv"))
    }
  }

  @Test("An HTML message is shown in a frame from an address where nothing of it can run")
  func frame() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.campaign(
        try await browser.write(
          pressing: "save", ["format": "html", "body": "<script>alert(1)</script><b>Hi</b>"]))
      let page = try await browser.get(campaign.address)
      #expect(page.text.contains("src=\"\(campaign.address)/message.html\" sandbox=\"\""))
      #expect(!page.text.contains("alert(1)"))
      let policy = try #require(page.response.fields["Content-Security-Policy"])
      #expect(policy.contains("frame-src 'self'"))
      let frame = try await browser.get("\(campaign.address)/message.html")
      #expect(frame.text.contains("<b>Hi</b>"))
      let own = try #require(frame.response.fields["Content-Security-Policy"])
      #expect(own.contains("default-src 'none'"))
      #expect(own.contains("sandbox"))
    }
  }

  @Test("Events tell how far it is, with its revision as their id, and end with the campaign")
  func events() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 2)
      try await browser.record([.accepted, .refused], of: campaign)
      _ = try await scene.store.campaigns.move(campaign.key, to: .sent, now: scene.clock.now)
      let revision = try await browser.stored(campaign).revision
      let answer = try await browser.get("\(campaign.address)/events")
      #expect(answer.response.fields["Content-Type"] == "text/event-stream")
      let events = answer.text.split(separator: "\n\n")
      #expect(events.count == 2)
      #expect(events.first?.hasPrefix("event: progress\nid: \(revision)\n") == true)
      #expect(events.last?.hasPrefix("event: end\nid: \(revision)\n") == true)
      #expect(
        answer.text.contains(
          """
          "total":2,"processed":2,"queued":0,"sending":0,"deferred":0,"sent":1,"failed":1
          """))
      // Who has seen a later revision is never sent a smaller one.
      let later = try await browser.get(
        "\(campaign.address)/events", fields: ["Last-Event-ID": "\(revision + 5)"])
      #expect(later.text.contains("event: end\nid: \(revision + 5)\n"))
      let asked = try await browser.get(
        "\(campaign.address)/events?last_event_id=\(revision + 7)")
      #expect(asked.text.contains("event: end\nid: \(revision + 7)\n"))
    }
  }

  @Test("Events end for whoever has been signed out meanwhile")
  func eventsOfOneShutOut() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 2)
      let events = ProgressEvents(
        store: scene.store, key: campaign.key, lookout: ProgressLookout(),
        clock: { Scene.start }, isWelcome: { false }, askEvery: .zero)
      guard case .events(let produce) = events.answer(after: nil).body else {
        Issue.record("no events")
        return
      }
      let stream = ByteStream()
      try await produce(stream)
      #expect(stream.drain().isEmpty)
    }
  }

  @Test("The report is the ledger, a line for each recipient, safe to open in a spreadsheet")
  func report() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 4, named: "May: \"news\"/2")
      let formula = Verdict(
        state: .failed, answer: ServerAnswer(code: 550, text: Array("=HYPERLINK(1)".utf8)))
      try await browser.record([.accepted, formula, .inDoubt], of: campaign)
      let answer = try await browser.get("\(campaign.address)/report.csv")
      #expect(answer.response.fields["Content-Type"] == "text/csv; charset=utf-8")
      let disposition = try #require(answer.response.fields["Content-Disposition"])
      #expect(disposition.hasPrefix("attachment; filename=\"May: _news__2 report.csv\""))
      let names = MessageNames(of: campaign.key, from: try .init("ada@example.org"))
      let at = scene.clock.now.rfc3339
      #expect(
        answer.text.split(separator: "\r\n").map(String.init) == [
          "email,status,state,reason,code,enhanced_code,attempts,sent_at,message_id",
          "person1@example.net,Sent,sent,,250,2.0.0,1,\(at),\(names.name(forDelivery: 1))",
          "person2@example.net,Failed,failed,\"'=HYPERLINK(1)\",550,,1,,\(names.name(forDelivery: 2))",
          "person3@example.net,Failed,unknown,the connection broke,,,1,,\(names.name(forDelivery: 3))",
          "person4@example.net,Failed,queued,not sent yet,,,0,,\(names.name(forDelivery: 4))",
        ])
    }
  }

  @Test("A long report comes in pages, each line once and in order")
  func longReport() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 600)
      let report = try await browser.get("\(campaign.address)/report.csv").text
      let lines = report.split(separator: "\r\n").dropFirst()
      let expected = (1...600).map { "person\($0)@example.net" }
      #expect(lines.map { String($0.prefix { $0 != "," }) } == expected)
    }
  }
}
