import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("The pages about single recipients")
struct DeliveryPagesTests {
  @Test("The list shows who got what, with the server's words as text")
  func list() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 3)
      let hostile = Verdict(
        state: .failed,
        answer: ServerAnswer(
          code: 550, enhancedCode: "5.1.1", text: Array("<script>alert(1)</script>".utf8)))
      try await ada.record([.accepted, hostile], of: campaign)
      let page = try await ada.open("\(campaign.address)/deliveries")
      #expect(page.status == .ok)
      #expect(page.words.contains("person1@example.net"))
      #expect(page.text.contains("&lt;script&gt;"))
      #expect(!page.text.contains("<script>alert"))
      #expect(page.words.contains("550 5.1.1"))
    }
  }

  @Test("A filter shows the deliveries in one state")
  func filter() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 3)
      try await ada.record([.accepted, .refused], of: campaign)
      let page = try await ada.open("\(campaign.address)/deliveries?state=failed")
      #expect(page.words.contains("person2@example.net"))
      #expect(!page.words.contains("person1@example.net"))
      #expect(!page.words.contains("person3@example.net"))
    }
  }

  @Test("Paging by key shows each of 120 recipients once")
  func paging() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 120)
      var address: String? = "\(campaign.address)/deliveries"
      var seen: [String] = []
      while let next = address, seen.count < 200 {
        let page = try await ada.open(next)
        seen += page.text.matches(of: #/person\d+@example\.net/#).map { String($0.output) }
        address = page.text.firstMatch(of: #/rel="next" href="([^"]+)"/#)
          .map { String($0.output.1) }
      }
      #expect(seen.count == 120)
      #expect(Set(seen).count == 120)
    }
  }

  @Test("One delivery shows every try")
  func one() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 1)
      try await ada.record([.givenUp], of: campaign)
      let page = try await ada.open("\(campaign.address)/deliveries/1")
      #expect(page.words.contains("mx.example.net:25"))
      #expect(page.words.contains("451"))
      #expect(try await ada.get("\(campaign.address)/deliveries/2").status == .notFound)
      #expect(try await ada.get("\(campaign.address)/deliveries/0").status == .notFound)
      #expect(
        try await ada.get("\(campaign.address)/deliveries/99999999999999999999").status
          == .notFound)
    }
  }

  @Test("“Send now” puts a waiting message first, and GET sends nothing")
  func sendNow() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 3)
      let address = "\(campaign.address)/deliveries/3/send-now"
      #expect(try await ada.get(address).status == .methodNotAllowed)
      let page = try await ada.submit("\(campaign.address)/deliveries/3", form: address, [:])
      #expect(page.status == .seeOther)
      let (claimed, _) = try await scene.store.deliveries.claim(
        1, of: campaign.key, after: 0, lease: .new(), now: scene.clock.now)
      #expect(claimed.map(\.number) == [3])
    }
  }

  @Test("“Send now” of a paused campaign says to resume it first")
  func sendNowWhilePaused() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 2)
      _ = try await ada.press("pause", of: campaign)
      let page = try await ada.submit(
        "\(campaign.address)/deliveries/1", form: "\(campaign.address)/deliveries/1/send-now", [:])
      #expect(try await ada.follow(page).words.contains("Resume it"))
      let found = try await scene.store.deliveries.find(campaign.key, 1)
      #expect(found?.row.state == .queued)
    }
  }

  @Test("Another workspace's deliveries are not found")
  func foreign() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 1)
      let eve = try await scene.signIn("eve@example.org")
      for path in ["/deliveries", "/deliveries/1"] {
        #expect(try await eve.get("\(campaign.address)\(path)").status == .notFound)
      }
      let token = try #require(try await eve.open("/queue/new").form("/queue")?["csrf"])
      let page = try await eve.post(
        "\(campaign.address)/deliveries/1/send-now", [("csrf", token)])
      #expect(page.status == .notFound)
      #expect(try await !eve.open("/queue").words.contains("person1@example.net"))
      #expect(try await !eve.open("/log").words.contains("person1@example.net"))
    }
  }
}

@Suite("The queue and the log")
struct QueueAndLogTests {
  @Test("The queue shows what waits, and by state what came of the rest")
  func queue() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 3)
      try await ada.record([.accepted, .refused], of: campaign)
      let waiting = try await ada.open("/queue")
      #expect(waiting.words.contains("person3@example.net"))
      #expect(!waiting.words.contains("person1@example.net"))
      let sent = try await ada.open("/queue?state=sent")
      #expect(sent.words.contains("person1@example.net"))
      #expect(!sent.words.contains("person3@example.net"))
    }
  }

  @Test("The log shows each try, and only trouble when asked")
  func log() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 2)
      try await ada.record([.accepted, .refused], of: campaign)
      let all = try await ada.open("/log")
      #expect(all.words.contains("person1@example.net"))
      #expect(all.words.contains("no such user"))
      let trouble = try await ada.open("/log?show=trouble")
      #expect(!trouble.words.contains("person1@example.net"))
      #expect(trouble.words.contains("person2@example.net"))
    }
  }

  @Test("A broken cursor begins the list anew")
  func brokenCursor() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      for cursor in ["zz", "00", String(repeating: "a", count: 4_000), "-1", "3030003030"] {
        #expect(try await ada.open("/queue?after=\(cursor)").status == .ok)
        #expect(try await ada.open("/log?after=\(cursor)").status == .ok)
      }
    }
  }

  @Test("A single message becomes one delivery, and no campaign of the list")
  func single() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.submit(
        "/queue/new", form: "/queue",
        ["to": "grace@example.net", "subject": "Tuesday", "body": "At {{ nine }}?"])
      #expect(page.status == .seeOther)
      let campaign = try await ada.campaign(page)
      #expect(campaign.kind == .single)
      #expect(campaign.state == .preparing)
      let shown = try await ada.follow(page)
      #expect(shown.status == .ok && shown.words.contains("grace@example.net"))
      #expect(!campaign.content.isPersonalised)
      #expect(campaign.content.isTransactional)
      #expect(try await scene.store.deliveries.planNext(10, of: campaign) == 1)
      #expect(try await !ada.open("/campaigns").words.contains("Tuesday"))
    }
  }

  @Test("A single message whose button was pressed twice is one message")
  func singleTwice() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let form = try await ada.open("/queue/new")
      var places: Set<String> = []
      for _ in 0..<2 {
        let page = try await ada.submit(
          form, form: "/queue", ["to": "grace@example.net", "subject": "Tuesday", "body": "Nine?"])
        places.insert(try #require(page.location))
      }
      #expect(places.count == 1)
      #expect(try await scene.store.campaigns.active().count == 1)
    }
  }

  @Test("A single message without an address, a subject or a body is shown again with its words")
  func singleFaults() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.submit(
        "/queue/new", form: "/queue",
        ["to": "not an address", "subject": "", "body": "Keep these words"])
      #expect(page.status == .unprocessable)
      #expect(page.errors.count >= 2)
      #expect(page.text.contains("Keep these words"))
      let line = try await ada.submit(
        "/queue/new", form: "/queue",
        ["to": "grace@example.net", "subject": "Hi\r\nBcc: all@example.net", "body": "x"])
      #expect(line.status == .unprocessable)
    }
  }

  @Test("A single message from another workspace's sender is refused")
  func foreignSender() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let theirs = try #require(try await scene.store.senders.all(in: try ada.home).first)
      let page = try await eve.submit(
        "/queue/new", form: "/queue",
        [
          "to": "grace@example.net", "subject": "Hi", "body": "x",
          "sender": theirs.id.text(.sender),
        ])
      #expect(page.status == .unprocessable)
    }
  }
}
