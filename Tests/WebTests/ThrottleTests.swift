import Crypto
import HTTP
import Model
import Octets
import Storage
import Testing

@testable import Web

@Suite("Too many tries")
struct ThrottleTests {
  @Test("The eleventh try on an account within a quarter of an hour is refused, right or wrong")
  func account() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      for number in 0..<10 {
        let browser = scene.stranger()
        browser.peer = "192.0.2.\(number)"
        #expect(
          try await browser.logIn("ada@example.org", "guess \(number)").status == .unprocessable)
      }
      let browser = scene.stranger()
      browser.peer = "198.51.100.1"
      let refused = try await browser.logIn("ADA@example.org")
      #expect(refused.status == .tooManyRequests)
      #expect(refused.response.fields["Retry-After"] == "900")
      #expect(refused.words.contains("Too many tries"))
      #expect(browser.cookies["session"] == nil)
      // A restart forgets nothing, others are not touched, and the time passes.
      #expect(try await scene.restarted().stranger().logIn().status == .tooManyRequests)
      #expect(try await browser.logIn("bob@example.org").status == .unprocessable)
      scene.clock.advance(by: SignInRule.window + .seconds(1))
      #expect(try await browser.logIn().status == .seeOther)
    }
  }

  @Test("Tries that were refused do not prolong the wait")
  func noProlonging() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      for _ in 0..<10 { _ = try await scene.stranger().logIn("ada@example.org", "a wrong guess") }
      scene.clock.advance(by: .seconds(14 * 60))
      for _ in 0..<10 {
        #expect(try await scene.stranger().logIn().status == .tooManyRequests)
      }
      scene.clock.advance(by: .seconds(61))
      #expect(try await scene.stranger().logIn().status == .seeOther)
    }
  }

  @Test("An unknown account is held to the same number, so that nobody learns who has one")
  func unknown() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      var answers: [Int] = []
      for _ in 0..<11 {
        answers.append(try await scene.stranger().logIn("nobody@example.org").status.code)
      }
      #expect(answers == Array(repeating: 422, count: 10) + [429])
    }
  }

  @Test("An address, or a network of version 6, has a hundred tries over all accounts")
  func address() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      let browser = scene.stranger()
      let page = try await browser.get("/login")
      for number in 0..<100 {
        browser.peer = "2001:db8::\(number)"
        let answer = try await browser.submit(
          page, ["email": "user\(number)@example.org", "password": "a wrong guess"])
        #expect(answer.status == .unprocessable)
      }
      #expect(try await browser.logIn().status == .tooManyRequests)
      browser.peer = "2001:db8:0:1::1"
      #expect(try await browser.logIn().status == .seeOther)
    }
  }

  @Test("Success clears the account's tries")
  func success() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      for _ in 0..<3 {
        for _ in 0..<9 { _ = try await scene.stranger().logIn("ada@example.org", "a wrong guess") }
        #expect(try await scene.stranger().logIn().status == .seeOther)
      }
    }
  }

  @Test("Tries at the same time do not slip through")
  func together() async throws {
    try await Scene.set { scene in
      let throttle = scene.site.accounts.throttle
      let admitted = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask {
            (try? await throttle.admit(
              account: "ada@example.org", from: "192.0.2.\(number)", now: Scene.start)) != nil
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(admitted <= 10)
    }
  }

  @Test("The table names nobody")
  func digests() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      _ = try await scene.stranger().logIn("ada@example.org", "a wrong guess")
      let plain = SHA256.hash(Array("account:ada@example.org".utf8))
      let since = Scene.start + .seconds(-60)
      #expect(try await scene.store.accessTries.count(subject: plain, since: since) == 0)
      let raw = Array("account:ada@example.org".utf8)
      #expect(try await scene.store.accessTries.count(subject: raw, since: since) == 0)
    }
  }

  @Test("Registering counts, and a full house of tries refuses it")
  func registering() async throws {
    try await Scene.set { scene in
      _ = try await scene.addUser()
      try await scene.store.settings.setRegistration(.open)
      var answers: [Int] = []
      for _ in 0..<11 {
        let answer = try await scene.stranger().submit(
          "/register",
          ["name": "Eve", "email": "ada@example.org", "password": "an honest try of mine"])
        answers.append(answer.status.code)
      }
      #expect(answers == Array(repeating: 422, count: 10) + [429])
    }
  }

  @Test(
    "Addresses of one network count as one client",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
      ("2001:db8:1:2:3:4:5:6", "20010db800010002/64"), ("2001:db8:1:2::1", "20010db800010002/64"),
      ("::1", "0000000000000000/64"), ("", ""), ("unix:", "unix:"),
    ])
  func networks(client: String, network: String) {
    #expect(Throttle.network(of: client) == network)
  }

  @Test("Of many passwords at once all get their turn, or are told to come again")
  func turns() async throws {
    let hasher = PasswordHasher(cost: .cheap)
    let ends = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<300 {
        group.addTask { (try? await hasher.hash("a password to hash")) != nil }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(ends.count == 300)
    #expect(ends.count { $0 } >= 100)
    // And nobody was left holding a turn.
    #expect(try await hasher.matches("a password", hasher.hash("a password")))
    #expect(try await !hasher.matches("a password", nil))
  }
}
