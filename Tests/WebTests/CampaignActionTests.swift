import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("What can be done with a campaign")
struct CampaignActionTests {
  @Test("Sending is paused, resumed and cancelled; cancelling asks first")
  func pauseResumeCancel() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 3)
      _ = try await browser.press("pause", of: campaign)
      #expect(try await browser.stored(campaign).state == .paused)
      let again = try await browser.follow(try await browser.press("pause", of: campaign))
      #expect(again.words.contains("This campaign is paused, so it cannot be paused."))
      _ = try await browser.press("resume", of: campaign)
      #expect(try await browser.stored(campaign).state == .sending)
      let question = try await browser.press("cancel", of: campaign, sure: false)
      #expect(question.words.contains("This cannot be taken back."))
      #expect(try await browser.stored(campaign).state == .sending)
      let answer = try await browser.submit(question, ["sure": "yes"])
      #expect(answer.location == campaign.address)
      let cancelled = try await browser.stored(campaign)
      #expect(cancelled.state == .cancelled)
      #expect(cancelled.counts[.cancelled] == 3)
    }
  }

  @Test("What was paused while its list was read is prepared to the end")
  func resumePreparing() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.campaign(try await browser.write())
      _ = try await browser.press("pause", of: campaign)
      #expect(try await browser.stored(campaign).state == .paused)
      _ = try await browser.press("resume", of: campaign)
      #expect(try await browser.stored(campaign).state == .preparing)
    }
  }

  @Test("Buttons of another state change nothing", arguments: ["pause", "resume", "unschedule"])
  func otherStates(_ action: String) async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let draft = try await browser.campaign(try await browser.write(pressing: "save"))
      let answer = try await browser.follow(try await browser.press(action, of: draft))
      #expect(answer.words.contains("Nothing was changed."))
      #expect(try await browser.stored(draft).state == .draft)
      let sent = try await browser.sendingCampaign(to: 1)
      try await browser.record([.accepted], of: sent)
      _ = try await scene.store.campaigns.move(sent.key, to: .sent, now: scene.clock.now)
      _ = try await browser.press(action, of: sent)
      #expect(try await browser.stored(sent).state == .sent)
    }
  }

  @Test("Only what failed for a time is tried again, or only what is in doubt")
  func retry() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 4)
      try await browser.record([.accepted, .refused, .givenUp, .inDoubt], of: campaign)
      _ = try await scene.store.campaigns.move(campaign.key, to: .sent, now: scene.clock.now)
      let page = try await browser.open(campaign.address)
      let answer = try await browser.submit(page, form: "\(campaign.address)/retry?what=failed")
      #expect(answer.status == .seeOther)
      var stored = try await browser.stored(campaign)
      #expect(stored.state == .sending)
      #expect(stored.counts[.deferred] == 1)
      #expect(stored.counts[.failed] == 1)
      #expect(stored.counts[.unknown] == 1)
      _ = try await browser.submit(page, form: "\(campaign.address)/retry?what=unknown")
      stored = try await browser.stored(campaign)
      #expect(stored.counts[.deferred] == 2)
      #expect(stored.counts[.unknown] == 0)
      let nothing = try await browser.follow(
        try await browser.submit(page, form: "\(campaign.address)/retry?what=unknown"))
      #expect(nothing.words.contains("There is nothing of that kind to try again."))
    }
  }

  @Test("A campaign that stopped by an error sends the rest when it is told to")
  func sendTheRest() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 2)
      let store = scene.store
      let now = scene.clock.now
      _ = try await store.campaigns.move(
        campaign.key, to: .failed, failure: "The password was refused.", now: now)
      try await store.deliveries.endUnsent(
        of: campaign.key, as: .cancelled, reason: "not sent", now: now)
      let page = try await browser.open(campaign.address)
      #expect(page.words.contains("It could not go on. The password was refused."))
      _ = try await browser.submit(page, form: "\(campaign.address)/retry?what=cancelled")
      let stored = try await browser.stored(campaign)
      #expect(stored.state == .sending)
      #expect(stored.counts[.deferred] == 2)
    }
  }

  @Test("A draft is deleted with its files; what has begun is not")
  func delete() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let attachment = Browser.File(input: "attachment", name: "a.txt", content: [65])
      let draft = try await browser.campaign(
        try await browser.write(
          pressing: "save", ["attach": "yes"], files: [Browser.contacts(), attachment]))
      let question = try await browser.press("delete", of: draft, sure: false)
      #expect(question.words.contains("cannot be brought back"))
      #expect(try await browser.stored(draft).state == .draft)
      let answer = try await browser.press("delete", of: draft)
      #expect(answer.location == "/campaigns")
      #expect(try await scene.store.campaigns.find(draft.key) == nil)
      #expect(try scene.files(in: "uploads").isEmpty)
      #expect(try scene.files(in: "attachments").isEmpty)
      let sending = try await browser.sendingCampaign(to: 1)
      _ = try await browser.press("delete", of: sending)
      #expect(try await browser.stored(sending).state == .sending)
    }
  }

  @Test("What has ended goes into the archive and comes back")
  func archive() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let campaign = try await browser.sendingCampaign(to: 1)
      _ = try await browser.press("archive", of: campaign)
      #expect(try await browser.stored(campaign).archivedAt == nil)
      _ = try await browser.press("cancel", of: campaign)
      let answer = try await browser.press("archive", of: campaign)
      #expect(answer.location == "/campaigns")
      #expect(try await browser.get("/campaigns").words.contains("No campaigns yet"))
      #expect(try await browser.get("/campaigns?state=archived").words.contains("May news"))
      _ = try await browser.press("unarchive", of: campaign)
      #expect(try await browser.stored(campaign).archivedAt == nil)
    }
  }

  @Test("A copy is a draft of its own, with a file of its own")
  func copy() async throws {
    try await Scene.set { scene in
      let browser = try await scene.signIn()
      let attachment = Browser.File(input: "attachment", name: "a.txt", content: [65])
      let draft = try await browser.campaign(
        try await browser.write(
          pressing: "save", ["attach": "yes"], files: [Browser.contacts(), attachment]))
      let copy = try await browser.campaign(try await browser.press("copy", of: draft))
      #expect(copy.name == "Copy of May news")
      #expect(copy.state == .draft)
      #expect(copy.audience != draft.audience)
      #expect(copy.content.attachments == draft.content.attachments)
      _ = try await browser.press("delete", of: draft)
      let audience = try await browser.audience(of: copy)
      #expect(try scene.files(in: "uploads") == [audience.file])
      #expect(try scene.files(in: "attachments").count == 1)
      _ = try await browser.press("send", of: copy)
      #expect(try await browser.stored(copy).state == .preparing)
      // What was sent goes to the same list again.
      let sent = try await browser.sendingCampaign(to: 1)
      let second = try await browser.campaign(try await browser.press("copy", of: sent))
      #expect(second.audience == sent.audience)
    }
  }
}
