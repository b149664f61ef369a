import HTTP
import Model
import Storage
import Testing

@testable import Web

@Suite("Rehearsals on the sandbox's page")
struct RehearsalPageTests {
  @Test("A bad day is chosen by a form, shown, and over again")
  func choose() async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let before = try await ada.get("/sandbox")
      #expect(before.words.contains("Rehearse a bad day"))
      #expect(before.words.contains("Nothing has arrived yet"))
      #expect(before.form("/sandbox/rehearsal")?["script"] == "none")
      for script in Rehearsal.Script.allCases {
        let done = try await ada.submit(
          "/sandbox", form: "/sandbox/rehearsal", ["script": script.rawValue])
        #expect(done.location == "/sandbox")
        let shown = try await ada.follow(done)
        #expect(shown.form("/sandbox/rehearsal")?["script"] == script.rawValue)
        #expect(
          try await scene.store.rehearsals.find(in: ada.home)
            == Rehearsal(script, begunAt: scene.clock.now))
      }
      let after = try await ada.get("/sandbox")
      #expect(after.words.contains("Rehearsal: A bad day, since"))
      #expect(try await scene.store.rehearsals.find(in: eve.home) == nil)
      #expect(try await eve.get("/sandbox").form("/sandbox/rehearsal")?["script"] == "none")
      let over = try await ada.submit(
        "/sandbox", form: "/sandbox/rehearsal", ["script": "none"])
      #expect(try await ada.follow(over).words.contains("The rehearsal is over."))
      #expect(try await scene.store.rehearsals.find(in: ada.home) == nil)
    }
  }

  @Test("Anything else that is chosen changes nothing", arguments: [nil, "", "thunder", "NONE"])
  func hostile(script: String?) async throws {
    try await Scene.set { scene in
      let ada = try await scene.signIn()
      _ = try await ada.submit("/sandbox", form: "/sandbox/rehearsal", ["script": "greylist"])
      let answer = try await ada.submit(
        "/sandbox", form: "/sandbox/rehearsal", ["script": script])
      #expect(answer.status == .badRequest)
      #expect(try await scene.store.rehearsals.find(in: ada.home)?.script == .greylist)
      let stranger = try await scene.stranger().post("/sandbox/rehearsal", [("script", "none")])
      #expect(stranger.status != .ok)
      #expect(try await scene.store.rehearsals.find(in: ada.home)?.script == .greylist)
    }
  }
}
