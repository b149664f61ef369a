import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Campaign forms that take their time to arrive")
struct SlowCampaignFormTests {
  @Test(
    "A campaign that begins while its form comes in keeps the list that it began with",
    arguments: ["save", "send"])
  func begun(_ button: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let user = try #require(browser.user)
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      let before = try await browser.audience(of: draft)
      let edit = try await browser.open("\(draft.address)/edit")
      browser.meanwhile = {
        _ = try await scene.signIn(user).press("send", of: draft)
      }
      let late = try await browser.write(
        on: edit, pressing: button, ["subject": "Too late"],
        files: [Browser.contacts("email\nx@example.net\n", name: "new.csv")])
      #expect(late.location == draft.address)
      let stored = try await browser.stored(draft)
      #expect(stored.state == .preparing)
      #expect(stored.content.subject == "May news")
      #expect(stored.audience == draft.audience)
      let audience = try await browser.audience(of: stored)
      #expect(audience.state == .reading)
      #expect(audience.name == "people.csv" && audience.file == before.file)
      #expect(try scene.files(in: "uploads") == [before.file])
      #expect(try await browser.follow(late).words.contains("Nothing of this form was saved"))
    }
  }

  @Test(
    "A draft that is scheduled while its form comes in still goes out at its time",
    arguments: ["save", "send"])
  func scheduled(_ button: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      let edit = try await browser.open("\(draft.address)/edit")
      let time = scene.clock.now + .seconds(3_600)
      browser.meanwhile = {
        _ = try await scene.store.campaigns.schedule(
          draft.key, at: time, zone: "UTC", now: scene.clock.now)
      }
      let late = try await browser.write(on: edit, pressing: button, ["subject": "Too late"])
      let stored = try await browser.stored(draft)
      #expect(stored.state == .scheduled)
      #expect(stored.scheduledAt == time)
      #expect(stored.content.subject == "May news")
      #expect(try await browser.follow(late).words.contains("Nothing of this form was saved"))
    }
  }

  @Test("Of two forms of one draft that are sent at once, the later does not undo the other")
  func edited() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let user = try #require(browser.user)
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      let edit = try await browser.open("\(draft.address)/edit")
      browser.meanwhile = {
        _ = try await scene.signIn(user).write(
          at: "\(draft.address)/edit", pressing: "save", ["subject": "First"],
          files: [Browser.contacts(name: "first.csv")])
      }
      let late = try await browser.write(
        on: edit, pressing: "save", ["subject": "Second"],
        files: [Browser.contacts(name: "second.csv")])
      #expect(late.location == draft.address)
      let stored = try await browser.stored(draft)
      #expect(stored.content.subject == "First")
      let audience = try await browser.audience(of: stored)
      #expect(audience.name == "first.csv")
      #expect(try scene.files(in: "uploads") == [audience.file])
    }
  }
}
