import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Retries, stand-ins and stopped senders in the browser")
struct SenderRulesPagesTests {
  private static let account: KeyValuePairs<String, String?> = [
    "name": "Office", "host": "smtp.example.com", "port": "587", "user": "ada", "password": "pw",
    "from_address": "ada@example.com",
  ]

  private func make(_ browser: Browser, _ name: String) async throws -> Sender {
    let page = try await browser.submit("/senders/new", form: "/senders", Self.account)
    let address = try #require(page.location)
    let id = try #require(Identifier(String(address.split(separator: "/")[1]), .sender))
    var sender = try #require(try await browser.scene.store.senders.find(id, in: browser.home))
    sender.name = name
    #expect(try await browser.scene.store.senders.update(sender))
    return sender
  }

  private func address(_ sender: Sender) -> String { "/senders/\(sender.id.text(.sender))" }

  @Test("A schedule of retries is kept as it was written, and shown again")
  func schedule() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await make(ada, "Office")
      #expect(try await ada.open(address(sender)).text.contains("then every 4h, for 72h"))
      let saved = try await ada.submit(
        address(sender), form: address(sender),
        [
          "retries": "10m 1H, then every 2h for 1d", "urgent_retries": "never",
          "own_from_only": "yes",
        ]
      )
      #expect(saved.status == .seeOther)
      let found = try await scene.store.senders.find(sender.id, in: ada.home)
      #expect(found?.rules.retries?.description == "10m 1h, then every 2h, for 24h")
      #expect(found?.rules.urgentRetries == .never)
      #expect(found?.rules.usesOwnFromOnly == true)
      let page = try await ada.open(address(sender))
      #expect(page.text.contains("value=\"10m 1h, then every 2h, for 24h\""))
      #expect(page.text.contains("value=\"never\""))
    }
  }

  @Test(
    "A schedule that is none is refused beside its field",
    arguments: [
      ("often", "“often” is no time."), ("1m every 5m", "Say when to give up"),
      ("every 10s for 2d", "That would be more than 1000 tries"),
    ])
  func faults(text: String, fault: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await make(ada, "Office")
      for field in ["retries", "urgent_retries"] {
        let page = try await ada.submit(
          address(sender), form: address(sender), [field: .some(text)])
        #expect(page.status == .unprocessable)
        #expect(page.words.contains(fault))
        #expect(page.text.contains("href=\"#\(field.replacing("_", with: "-"))\""))
      }
      #expect(try await scene.store.senders.find(sender.id, in: ada.home)?.rules == SenderRules())
    }
  }

  @Test("Those who stand in are chosen in their order, and not in a circle")
  func standIns() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let first = try await make(ada, "First")
      // With the sandbox alone there is nobody to choose.
      #expect(!(try await ada.open(address(first)).words.contains("If it cannot be reached")))
      let (second, third) = (try await make(ada, "Second"), try await make(ada, "Third"))
      let form = "\(address(first))/fallbacks"
      let saved = try await ada.submit(
        address(first), form: form,
        ["fallback_1": third.id.text(.sender), "fallback_2": second.id.text(.sender)])
      #expect(saved.status == .seeOther)
      #expect(
        try await scene.store.senders.fallbacks(of: first.id, in: ada.home).map(\.name)
          == ["Third", "Second"])
      let circle = try await ada.submit(
        address(third), form: "\(address(third))/fallbacks",
        ["fallback_1": first.id.text(.sender)])
      #expect(circle.status == .unprocessable)
      #expect(circle.words.contains("the two would send in a circle"))
      // Somebody else's sender is nobody.
      let eve = try await scene.signIn("eve@example.org")
      let own = try await make(eve, "Own")
      let page = try await eve.open(address(own))
      let token = try #require(page.forms.first?["csrf"])
      let stolen = try await eve.post(
        "\(address(own))/fallbacks",
        [("csrf", token), ("fallback_1", first.id.text(.sender))])
      #expect(stolen.status == .unprocessable)
      #expect(try await scene.store.senders.fallbacks(of: own.id, in: eve.home).isEmpty)
    }
  }

  @Test("A stopped sender is told of on the dashboard, the list and its page, until it is mended")
  func stopped() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let sender = try await make(ada, "Office")
      let refusal = SignInRefusal(at: scene.clock.now, answer: "<b>535</b> Enter them again.")
      #expect(try await scene.store.senders.stop(sender, because: refusal))
      for place in ["/", "/senders", address(sender)] {
        let page = try await ada.open(place)
        #expect(page.words.contains("is stopped."), "\(place)")
        #expect(page.text.contains("&lt;b&gt;535&lt;/b&gt; Enter them again."))
      }
      let eve = try await scene.signIn("eve@example.org")
      #expect(!(try await eve.open("/").words.contains("is stopped.")))
      _ = try await ada.submit(address(sender), form: address(sender), ["password": "new"])
      for place in ["/", "/senders", address(sender)] {
        #expect(!(try await ada.open(place).words.contains("is stopped.")), "\(place)")
      }
    }
  }

  @Test("The dashboard says when campaigns do not begin by themselves")
  func scheduleSwitch() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      #expect(!(try await ada.open("/").words.contains("The schedule is switched off.")))
      try await scene.store.settings.setSchedule(isOn: false)
      let page = try await ada.open("/")
      #expect(page.words.contains("The schedule is switched off."))
      #expect(!page.words.contains("some of yours are waiting"))
    }
  }

  @Test("A message that was put off says which try comes next, of how many, and when we give up")
  func outlook() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 2)
      let later = Verdict(
        state: .deferred, answer: ServerAnswer(code: 451, text: Array("later".utf8)),
        dueAt: scene.clock.now + .seconds(300))
      try await ada.record([later], of: campaign)
      let page = try await ada.open("\(campaign.address)/deliveries/1")
      #expect(page.words.contains("try 2 of at most \(RetrySchedule.standard.mostAttempts)"))
      #expect(page.words.contains("5m 15m 30m 1h 2h 4h, then every 4h, for 72h"))
      #expect(
        !(try await ada.open("\(campaign.address)/deliveries/2").words.contains("of at most")))
    }
  }

  @Test("A campaign's page says who stands in")
  func standInOnPage() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 2)
      let backup = try await make(ada, "Backup")
      #expect(!(try await ada.open(campaign.address).words.contains("stands in")))
      try await scene.store.campaigns.setStandIn(backup.id, of: campaign.key)
      #expect(try await ada.open(campaign.address).words.contains("“Backup” stands in"))
    }
  }
}
