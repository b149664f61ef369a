import HTTP
import Testing

@testable import Web

@Suite("What is no page")
struct BasicsTests {
  @Test(
    "Old addresses lead to new ones, with method and body kept",
    arguments: [
      ("/recipients/", "/contacts"), ("/recipients/upload/", "/lists/new"),
      ("/templates/", "/templates"), ("/templates/create/", "/templates/new"),
      ("/emails/", "/queue"), ("/emails/create/", "/queue/new"), ("/campaigns/", "/campaigns"),
      ("/campaigns/create/", "/campaigns/new"), ("/logs/", "/log"),
      ("/profile/edit/", "/senders"), ("/accounts/login/", "/login"),
      ("/accounts/logout/", "/logout"),
    ])
  func oldAddresses(old: String, new: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.get("\(old)?q=1")
      #expect(page.status == .permanentRedirect)
      #expect(page.location == "\(new)?q=1")
      #expect(try await ada.post(old, []).status == .permanentRedirect)
      // Who has signed in is sent on from the page for signing in.
      #expect(try await ada.open(new).status == .ok)
    }
  }

  @Test("The old “send now” leads to the delivery's own, and to nothing for what is none")
  func oldSendNow() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let campaign = try await ada.sendingCampaign(to: 2)
      let name = campaign.address.split(separator: "/").last ?? ""
      let page = try await ada.post("/email_send_candidate/\(name)-2/send_now/", [])
      #expect(page.status == .permanentRedirect)
      #expect(page.location == "\(campaign.address)/deliveries/2/send-now")
      for id in ["7", "cmp_x-1", "\(name)-", "\(name)-x", "-", "\(name)-1-1"] {
        let page = try await ada.post("/email_send_candidate/\(id)/send_now/", [])
        #expect(page.status == .notFound, "\(id)")
      }
    }
  }

  @Test("Monitors are answered under any name")
  func health() async throws {
    try await Scene.set { scene in
      let monitor = scene.stranger()
      monitor.host = "10.0.0.7:8080"
      for path in ["/health", "/healthz", "/ready", "/readyz"] {
        let page = try await monitor.get(path)
        #expect(page.status == .ok)
      }
    }
  }

  @Test("While the engine is not at work, /ready says so and /health does not")
  func notReady() async throws {
    try await Scene.set({ $0.trouble = { "the sending engine is not at work" } }) { scene in
      let monitor = scene.stranger()
      let page = try await monitor.get("/ready")
      #expect(page.status == .unavailable)
      #expect(page.text.contains("engine"))
      #expect(try await monitor.get("/health").status == .ok)
    }
  }

  @Test("The colours are kept in a cookie and drawn by the server")
  func theme() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      #expect(try await !ada.open("/").text.contains("data-theme=\"dark\""))
      let page = try await ada.submit("/", form: "/theme", ["theme": "dark"])
      #expect(page.status == .seeOther)
      #expect(try await ada.open("/").text.contains("<html lang=\"en\" data-theme=\"dark\">"))
      #expect(
        try await ada.submit("/", form: "/theme", ["theme": "\"><script>"]).status == .badRequest)
    }
  }

  @Test("A form for the colours cannot lead to another site")
  func themeLeadsHome() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      for back in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let page = try await ada.submit("/", form: "/theme", ["theme": "light", "back": back])
        #expect(page.location == "/", "\(back)")
      }
    }
  }
}
