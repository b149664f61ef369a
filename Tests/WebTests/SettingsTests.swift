import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Settings")
struct SettingsTests {
  @Test("Name, zone and hourly limit of one's own workspace are kept, and no other's")
  func workspace() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let bob = try await scene.addUser("bob@example.org")
      let answer = try await ada.submit(
        "/settings", form: "/settings",
        ["workspace": "Engines & Co", "time_zone": "Asia/Kathmandu", "messages_per_hour": "500"])
      #expect(answer.location == "/settings")
      let mine = try #require(try await scene.store.workspaces.find(ada.home))
      #expect(mine.name == "Engines & Co")
      #expect(mine.timeZone == "Asia/Kathmandu")
      #expect(mine.messagesPerHour == 500)
      let other = try #require(try await scene.store.workspaces.find(bob.workspace))
      #expect(other.name == "Analytical Engines")
      #expect(other.messagesPerHour == nil)
      let form = try #require(try await ada.get("/settings").form("/settings"))
      #expect(form["messages_per_hour"] == "500")
      #expect(form["time_zone"] == "Asia/Kathmandu")
      _ = try await ada.submit("/settings", form: "/settings", ["messages_per_hour": ""])
      #expect(try await scene.store.workspaces.find(ada.home)?.messagesPerHour == nil)
    }
  }

  @Test(
    "What cannot be is refused beside its field",
    arguments: [
      ("workspace", ""), ("workspace", "a\nb"), ("time_zone", "Mars/Olympus"),
      ("time_zone", "../../etc/passwd"), ("messages_per_hour", "0"), ("messages_per_hour", "-1"),
      ("messages_per_hour", "many"), ("messages_per_hour", "99999999999999999999"),
    ])
  func faults(field: String, value: String) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let page = try await ada.submit("/settings", form: "/settings", [field: value])
      #expect(page.status == .unprocessable)
      #expect(page.errors.count == 1)
      #expect(try await scene.store.workspaces.find(ada.home)?.name == "Analytical Engines")
    }
  }

  @Test("A zone under an older name stays chosen")
  func olderZone() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      var workspace = try #require(try await scene.store.workspaces.find(ada.home))
      workspace.timeZone = "Asia/Calcutta"
      try await scene.store.workspaces.update(workspace)
      _ = try await ada.submit("/settings", form: "/settings", ["workspace": "New"])
      #expect(try await scene.store.workspaces.find(ada.home)?.timeZone == "Asia/Calcutta")
    }
  }

  @Test("Administrators decide who may make an account", arguments: Registration.allCases)
  func registration(choice: Registration) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn(isAdministrator: true)
      let answer = try await ada.submit(
        "/settings", form: "/settings/registration", ["registration": choice.rawValue])
      #expect(answer.location == "/settings")
      #expect(try await scene.store.settings.registration() == choice)
      let form = try #require(try await ada.get("/settings").form("/settings/registration"))
      #expect(form["registration"] == choice.rawValue)
    }
  }

  @Test("Others do not see the installation's part, and an unknown choice changes nothing")
  func registrationRefused() async throws {
    try await Scene.set { scene in
      let bob = try await scene.signIn("bob@example.org")
      #expect(try await bob.get("/settings").form("/settings/registration") == nil)
      let ada = try await scene.signIn(isAdministrator: true)
      let page = try await ada.submit(
        "/settings", form: "/settings/registration", ["registration": "everybody"])
      #expect(page.status == .badRequest)
      #expect(try await scene.store.settings.registration() == .closed)
    }
  }
}
