import HTTP
import Model
import Octets
import Storage
import Testing
import TimeZones

@testable import Web

@Suite("The dashboard")
struct DashboardTests {
  private static func campaign(
    _ browser: Browser, _ name: String, _ state: CampaignState, _ audience: Audience
  ) async throws -> Campaign {
    let store = browser.scene.store
    let sender = try #require(try await store.senders.all(in: browser.home).first)
    let campaign = Campaign(
      id: .new(), workspace: try browser.home, name: name, state: state,
      content: CampaignContent(subject: "Hi", html: nil, text: [65], from: "ada@example.com"),
      sender: sender.id, audience: audience.id, inDoubt: .hold, createdAt: browser.scene.clock.now)
    try await store.campaigns.add(campaign, now: browser.scene.clock.now)
    return campaign
  }

  private static func list(_ browser: Browser) async throws -> Audience {
    let list = Audience(
      id: .new(), workspace: try browser.home, file: "", fieldNames: ["email"], emailColumn: 0,
      offset: 0, line: 2, name: "people.csv", createdAt: browser.scene.clock.now)
    let store = browser.scene.store
    try await store.audiences.add(list, now: browser.scene.clock.now)
    let rows = (0..<1_234).map { index in
      let email = Array("p\(index)@example.org".utf8)
      return AudienceRow(
        line: index + 2, email: email, key: email, fields: Array("[\"x\"]".utf8), refusal: nil)
    }
    try await store.audiences.store(rows, of: list, state: .ready)
    return list
  }

  @Test("A new workspace is led through its first steps, and the done ones are ticked")
  func checklist() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let empty = try await ada.get("/")
      #expect(empty.words.contains("Three steps to the first campaign"))
      #expect(!empty.text.contains("class=\"done\""))
      let sender = try #require(try await scene.store.senders.all(in: ada.home).first)
      #expect(empty.text.contains("href=\"/senders/\(sender.id.text(.sender))\""))
      try await scene.store.senders.setTest(
        SenderTest(at: scene.clock.now, passed: true, answer: "Fine"), of: sender.id, in: ada.home)
      #expect(try await ada.get("/").text.matches(of: /<li class="done">/).count == 1)
      let list = try await Self.list(ada)
      let draft = try await Self.campaign(ada, "May", .draft, list)
      let page = try await ada.get("/")
      #expect(page.text.matches(of: /<li class="done">/).count == 2)
      #expect(page.text.contains("href=\"/campaigns/\(draft.id.text(.campaign))\""))
    }
  }

  @Test("Totals are shown, each with a link to what it counts")
  func totals() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let list = try await Self.list(ada)
      _ = try await Self.campaign(ada, "<May>", .sent, list)
      let page = try await ada.get("/")
      #expect(page.text.contains("<a href=\"/contacts\">1,234</a>"))
      #expect(page.text.contains("<a href=\"/templates\">0</a>"))
      #expect(page.text.contains("<a href=\"/campaigns\">1</a>"))
      #expect(page.text.contains("<a href=\"/queue?state=failed\">0</a>"))
      #expect(page.text.contains("&lt;May&gt;"))
      let eve = try await scene.signIn("eve@example.org")
      #expect(try await eve.get("/").text.contains("<a href=\"/contacts\">0</a>"))
    }
  }

  @Test("A campaign under way is shown with its progress, and the figures follow it")
  func running() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let list = try await Self.list(ada)
      let paused = try await Self.campaign(ada, "Held up", .paused, list)
      let still = try await ada.get("/")
      #expect(still.words.contains("Under way"))
      #expect(still.text.contains("/campaigns/\(paused.id.text(.campaign))"))
      #expect(!still.text.contains("data-refresh"))
      _ = try await Self.campaign(ada, "On its way", .sending, list)
      #expect(try await ada.get("/").text.contains("id=\"figures\" class=\"stack\" data-refresh"))
    }
  }

  @Test("The greeting goes by the clock where the workspace is")
  func greeting() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      var workspace = try #require(try await scene.store.workspaces.find(ada.home))
      var greetings: Set<String> = []
      for zone in ["UTC", "Asia/Tokyo", "America/New_York", "Australia/Sydney"] {
        workspace.timeZone = zone
        _ = try await scene.store.workspaces.update(workspace)
        let page = try await ada.get("/")
        let match = try #require(
          page.text.firstMatch(of: /<h1>(Good [a-z]+), Ada Lovelace<\/h1>/))
        greetings.insert(String(match.1))
      }
      #expect(greetings.count > 1)
    }
  }

  @Test("The dashboard is for those who have signed in")
  func stranger() async throws {
    try await Scene.set { scene in
      let page = try await scene.stranger().get("/")
      #expect(page.location == "/login")
    }
  }
}

@Suite("The chart of the last messages")
struct ActivityChartTests {
  private static let noon = Timestamp(
    Timestamp.Civil(year: 2026, month: 5, day: 20, hour: 12, minute: 34))

  @Test("It begins on the hour, or at midnight where the workspace is")
  func start() throws {
    let zone = try Zone(named: "Asia/Kolkata")
    let day = ActivityChart.Range.day.beginnings(now: Self.noon, in: zone)
    #expect(day.count == 24)
    #expect(day.first.map(zone.numeric) == "2026-05-19 19:00")
    #expect(day.last.map(zone.numeric) == "2026-05-20 18:00")
    let month = ActivityChart.Range.month.beginnings(now: Self.noon, in: zone)
    #expect(month.count == 30)
    #expect(month.first.map(zone.numeric) == "2026-04-21 00:00")
  }

  @Test(
    "Days are cut at midnight where the workspace is, also on days when clocks change",
    arguments: [
      // Forward and back in the night; forward at midnight, so that the day begins at one.
      ("Europe/Berlin", 2026, 3, 29, "00:00"), ("Europe/Berlin", 2026, 10, 25, "00:00"),
      ("America/New_York", 2026, 11, 1, "00:00"), ("America/Santiago", 2026, 9, 6, "01:00"),
      ("Australia/Lord_Howe", 2026, 10, 4, "00:00"),
    ])
  func midnights(_ name: String, _ year: Int, _ month: Int, _ day: Int, _ begins: String) throws {
    let zone = try Zone(named: name)
    let changed = zone.timestamp(
      of: Timestamp.Civil(year: year, month: month, day: day, hour: 12)
    ).moment
    for now in [changed, changed + .seconds(11 * 3_600), changed + .seconds(9 * 86_400)] {
      let days = ActivityChart.Range.month.beginnings(now: now, in: zone)
      #expect(days.count == 30)
      #expect(zip(days, days.dropFirst()).allSatisfy { $0 < $1 })
      for start in days {
        let text = zone.numeric(start)
        let isChange = zone.civil(at: start).day == day && zone.civil(at: start).month == month
        #expect(text.hasSuffix(isChange ? begins : "00:00"), "\(text)")
      }
      let today = try #require(days.last)
      #expect(zone.civil(at: today).day == zone.civil(at: now).day)
      #expect(today <= now)
    }
  }

  @Test("Bars stand on one another and never leave the picture, whatever the numbers")
  func bars() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let member = try #require(try await Self.member(ada))
      for (sent, failed) in [
        (0, 0), (1, 0), (3, 1), (999, 1_001), (7_654_321, 2), (1 << 40, 1 << 40),
      ] {
        let points = (0..<24).map { hour in
          ActivityPoint(
            start: Self.noon + .seconds(3_600 * hour), sent: hour == 3 ? sent : 0,
            failed: hour == 3 ? failed : 0)
        }
        let chart = ActivityChart(range: .day, points: points, zone: .utc)
        let text = String(decoding: chart.card(member).octets, as: UTF8.self)
        let bars = text.matches(
          of: /<rect class="bar \w+" x="(\d+)" y="(-?\d+)" width="8" height="(\d+)"/)
        #expect(bars.count == (sent > 0 ? 1 : 0) + (failed > 0 ? 1 : 0))
        var ground = 1_000
        for bar in bars {
          #expect(bar.1 == "31")
          let (top, height) = (try #require(Int(bar.2)), try #require(Int(bar.3)))
          #expect(top >= 0)
          #expect(top + height == ground)
          ground = top
        }
        #expect(text.matches(of: /<tr>/).count == 25)
      }
    }
  }

  @Test("Thirty days are thirty bars, also where clocks change between")
  func month() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let zone = try Zone(named: "Europe/Berlin")
      let now = Timestamp(Timestamp.Civil(year: 2026, month: 4, day: 10, hour: 12))
      let range = ActivityChart.Range.month
      let points = try await scene.store.workspaces.activity(
        ada.home, from: range.beginnings(now: now, in: zone), to: now)
      #expect(points.count == 30)
      let member = try #require(try await Self.member(ada))
      let chart = ActivityChart(range: range, points: points, zone: zone)
      let text = String(decoding: chart.card(member).octets, as: UTF8.self)
      let days = text.matches(of: /<th scope="row">([^<]*)<\/th>/).map { String($0.1) }
      #expect(days.first == "12 Mar")
      #expect(days.last == "10 Apr")
      #expect(Set(days).count == 30)
    }
  }

  private static func member(_ browser: Browser) async throws -> Member? {
    let cookie = try #require(browser.cookies["session"])
    let request = Request(.get, try Target("/"), fields: ["Cookie": "session=\(cookie)"])
    return try await Visit(request, to: browser.scene.site).member()
  }
}
