import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Testing a sender in the browser")
struct SenderTrialTests {
  /// The sandbox sender that every workspace begins with.
  private static func address(_ browser: Browser) async throws -> String {
    let sender = try #require(
      try await browser.scene.store.senders.all(in: browser.home).first)
    return "/senders/\(sender.id.text(.sender))"
  }

  /// Does the engine's part: answers the next job that is asked.
  private static func answer(
    _ store: Store, passed: Bool, _ answer: String, now: Timestamp
  ) async throws -> Job {
    while true {
      let generation = store.doorbell.generation
      if let job = try await store.jobs.claim(now: now) {
        let test = SenderTest(at: now, passed: passed, answer: answer)
        try await store.senders.setTest(test, of: job.subject, in: job.workspace)
        try await store.jobs.finish(
          job.id, in: job.workspace, passed: passed, answer: answer, now: now)
        return job
      }
      await store.doorbell.wait(after: generation, upTo: .seconds(60))
    }
  }

  @Test("The answer of a quick test is on the next page, and stays with the sender")
  func quick() async throws {
    try await Scene.set({ $0.patience = .seconds(60) }) { scene in
      let ada = try await scene.signIn()
      let address = try await Self.address(ada)
      let (store, now) = (scene.store, scene.clock.now)
      async let job = Self.answer(
        store, passed: false, "The server refused the password <535>.", now: now)
      let page = try await ada.follow(
        try await ada.submit(address, form: "\(address)/test", ["to": "grace@example.com"]))
      #expect(try await job.argument == "grace@example.com")
      #expect(page.words.contains("The sender does not work."))
      #expect(page.text.contains("The server refused the password &lt;535&gt;."))
      #expect(!page.text.contains("data-refresh"))
      let later = try await ada.get(address)
      #expect(later.words.contains("The server refused the password <535>."))
      #expect(try await ada.get("/senders").words.contains("Does not work"))
    }
  }

  @Test(
    "While a test goes on the page follows it, without JavaScript too; then it tells the result")
  func slow() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let address = try await Self.address(ada)
      let begun = try await ada.submit(address, form: "\(address)/test")
      let place = try #require(begun.location)
      let waiting = try await ada.get(place)
      #expect(waiting.text.contains("id=\"test\" class=\"stack\" data-refresh=\"2\""))
      #expect(waiting.text.contains("<noscript><meta http-equiv=\"refresh\""))
      _ = try await Self.answer(scene.store, passed: true, "All is well.", now: scene.clock.now)
      let done = try await ada.get(place)
      #expect(done.words.contains("The sender works."))
      #expect(done.words.contains("All is well."))
      #expect(!done.text.contains("data-refresh"))
    }
  }

  @Test("A test that nobody answers is given up")
  func noAnswer() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let address = try await Self.address(ada)
      let begun = try await ada.submit(address, form: "\(address)/test")
      scene.clock.advance(by: .seconds(91))
      let page = try await ada.get(try #require(begun.location))
      #expect(page.words.contains("There is no answer."))
      #expect(!page.text.contains("data-refresh"))
    }
  }

  @Test("A test message goes to a proper address only")
  func wrongAddress() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let address = try await Self.address(ada)
      let page = try await ada.submit(address, form: "\(address)/test", ["to": "nobody"])
      #expect(page.status == .unprocessable)
      #expect(page.errors.count == 1)
      #expect(try await scene.store.jobs.claim(now: scene.clock.now) == nil)
    }
  }

  @Test("Nobody knocks at servers all day long")
  func limited() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let address = try await Self.address(ada)
      for _ in 0..<20 {
        #expect(try await ada.submit(address, form: "\(address)/test").status == .seeOther)
      }
      #expect(try await ada.submit(address, form: "\(address)/test").status == .tooManyRequests)
      let eve = try await scene.signIn("eve@example.org")
      let other = try await Self.address(eve)
      #expect(try await eve.submit(other, form: "\(other)/test").status == .seeOther)
      scene.clock.advance(by: .seconds(601))
      #expect(try await ada.submit(address, form: "\(address)/test").status == .seeOther)
    }
  }

  @Test("The test of another workspace's sender is not shown")
  func foreign() async throws {
    try await Scene.set({ $0.patience = .zero }) { scene in
      let ada = try await scene.signIn()
      let eve = try await scene.signIn("eve@example.org")
      let address = try await Self.address(ada)
      let begun = try #require(try await ada.submit(address, form: "\(address)/test").location)
      _ = try await Self.answer(
        scene.store, passed: false, "A secret of Ada's", now: scene.clock.now)
      let job = try #require(begun.split(separator: "?").last)
      let page = try await eve.get("\(try await Self.address(eve))?\(job)")
      #expect(page.status == .ok)
      #expect(!page.text.contains("A secret"))
    }
  }
}
