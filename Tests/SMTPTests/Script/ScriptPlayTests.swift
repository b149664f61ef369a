import Locking
import SMTP
import Testing

/// When the rules of a script act: limits, greylisting, shares and counts, by a clock that is told.
@Suite struct ScriptPlayTests {
  /// A script, and the time at which it is asked.
  private struct Stage {
    let time = Lock(Duration.zero)
    let play: ScriptPlay
    var visit = ServerVisit()

    init(_ text: String) throws {
      play = ScriptPlay(try SandboxScript(parsing: text)) { [time] in time.withLock { $0 } }
    }

    func advance(_ duration: Duration) { time.withLock { $0 += duration } }

    /// The code of the reply, 250 for the usual one.
    func code(_ moment: ServerMoment, on visit: ServerVisit? = nil) -> Int {
      switch play.decide(moment, visit ?? self.visit).answer {
      case .accept: return 250
      case .play(let plan):
        for act in plan.acts {
          if case .reply(let reply) = act { return reply.code }
        }
        return plan.takes ? 250 : 0
      default: return 0
      }
    }

    func mail(_ sender: String = "a@me.example", on visit: ServerVisit? = nil) -> Int {
      code(.mail(from: Array(sender.utf8)), on: visit)
    }

    func recipient(_ address: String, accepted: Int = 0, on visit: ServerVisit? = nil) -> Int {
      code(.recipient(Array(address.utf8), accepted: accepted), on: visit)
    }
  }

  @Test func `fifty messages in any minute`() throws {
    let stage = try Stage(ScriptPreset.throttle.text)
    #expect((0..<40).map { _ in stage.mail() } == Array(repeating: 250, count: 40))
    stage.advance(.seconds(30))
    #expect((0..<20).map { _ in stage.mail() }.count { $0 == 250 } == 10)
    stage.advance(.milliseconds(29_999))
    #expect(stage.mail() == 451)
    stage.advance(.milliseconds(1))
    #expect((0..<60).map { _ in stage.mail() }.count { $0 == 250 } == 40)
    stage.advance(.seconds(30))
    #expect((0..<60).map { _ in stage.mail() }.count { $0 == 250 } == 10)
  }

  @Test func `a limit of one's own for each domain, and one for ever`() throws {
    let stage = try Stage(
      "rcpt each domain beyond 2 per hour: reply 450\nmail beyond 3: reply 452")
    #expect(
      ["a@x.org", "b@X.org", "c@x.ORG", "d@y.org"].map { stage.recipient($0) }
        == [250, 250, 450, 250])
    stage.advance(.seconds(3_600))
    #expect(stage.recipient("c@x.org") == 250)
    stage.advance(.seconds(90 * 86_400))
    #expect((0..<5).map { _ in stage.mail() } == [250, 250, 250, 452, 452])
  }

  @Test func `limits by connections and on one connection`() throws {
    let stage = try Stage(
      """
      banner beyond 2 at once: reply 421
      banner connection every 5: reply 554
      mail message 3..: reply 421
      rcpt recipient 51..: reply 452
      rset beyond 1 per connection: reply 450
      """)
    #expect(stage.code(.connect, on: ServerVisit(connection: 1, atOnce: 2)) == 250)
    #expect(stage.code(.connect, on: ServerVisit(connection: 2, atOnce: 3)) == 421)
    #expect(stage.code(.connect, on: ServerVisit(connection: 10, atOnce: 1)) == 554)
    var visit = ServerVisit()
    visit.transactions = 1
    #expect(stage.mail(on: visit) == 250)
    visit.transactions = 2
    #expect(stage.mail(on: visit) == 421)
    #expect(stage.recipient("a@x.org", accepted: 49) == 250)
    #expect(stage.recipient("a@x.org", accepted: 50) == 452)
    let other = ServerVisit(connection: 2)
    #expect(
      [stage.code(.reset), stage.code(.reset), stage.code(.reset, on: other)] == [250, 450, 250])
  }

  @Test func `greylisting asks each pair of sender and recipient to come back`() throws {
    var stage = try Stage(ScriptPreset.greylist.text)
    stage.visit.sender = Array("news@me.example".utf8)
    #expect(stage.recipient("ada@x.org") == 451)
    stage.advance(.seconds(59))
    #expect(stage.recipient("ada@x.org") == 451)
    #expect(stage.recipient("grace@x.org") == 451)
    stage.advance(.seconds(1))
    #expect(stage.recipient("ADA@x.org") == 250)
    #expect(stage.recipient("grace@x.org") == 451)
    stage.visit.sender = Array("other@me.example".utf8)
    #expect(stage.recipient("ada@x.org") == 451)
    stage.visit.sender = Array("news@me.example".utf8)
    stage.advance(.seconds(86_400))
    #expect(stage.recipient("ada@x.org") == 250)
  }

  @Test func `five percent are unknown, and always the same ones`() throws {
    func unknown(_ text: String) throws -> [Int] {
      let stage = try Stage(text)
      return (0..<10_000).filter { stage.recipient("person\($0)@example.org") == 550 }
    }
    let five = try unknown(ScriptPreset.unknown.text)
    #expect((400...600).contains(five.count), "\(five.count)")
    #expect(try unknown(ScriptPreset.unknown.text) == five)
    #expect(try unknown("seed 2\nrcpt share 5%: reply 550") != five)
    #expect(try unknown("rcpt share 0%: reply 550").isEmpty)
    #expect(try unknown("rcpt share 100%: reply 550").count == 10_000)
    // The second rule chooses among all, not among those whom the first has chosen.
    let two = try unknown("seed 1\nrcpt share 5%: reply 550\nrcpt share 5%: reply 550")
    #expect((850...1_100).contains(two.count), "\(two.count)")
    #expect(Set(five).isSubset(of: two))
  }

  @Test func `dice fall the same way with the same seed`() throws {
    func throwing(_ seed: Int) throws -> [Int] {
      let stage = try Stage("seed \(seed)\nmail chance 30%: reply 450")
      return (0..<1_000).filter { _ in stage.mail() == 450 }
    }
    #expect(try throwing(1) == throwing(1))
    #expect(try throwing(1) != throwing(2))
    #expect((230...370).contains(try throwing(1).count))
  }

  @Test(arguments: [
    ("first 2", [450, 450, 250, 250, 250, 250]), ("after 2", [250, 250, 450, 450, 450, 450]),
    ("every 3", [250, 250, 450, 250, 250, 450]),
    ("each sender first 1", [450, 250, 250, 250, 250, 250]),
    ("from *@you.example", [250, 250, 250, 250, 250, 250]),
    ("from me.example", [450, 450, 450, 450, 450, 450]),
    ("unencrypted first 1", [450, 250, 250, 250, 250, 250]),
    ("encrypted", [250, 250, 250, 250, 250, 250]),
    ("during 2s..4s", [250, 250, 450, 450, 250, 250]),
  ])
  func `at mail, once a second,`(condition: String, codes: [Int]) throws {
    let stage = try Stage("mail \(condition): reply 450")
    let found = (0..<6).map { _ in
      defer { stage.advance(.seconds(1)) }
      return stage.mail()
    }
    #expect(found == codes)
  }

  @Test(arguments: [
    ("a@slow.example", "slow.example", true), ("a@SLOW.Example", "slow.example", true),
    ("a@x.slow.example", "slow.example", false), ("a@x.slow.example", "*.slow.example", true),
    ("a@slow.example", "*.slow.example", false), ("bob@x.org", "bob@*", true),
    ("bob@x.org", "b?b@x.org", true), ("boob@x.org", "b?b@x.org", false),
    ("boob@x.org", "b*b@x.org", true), ("a@b@x.org", "x.org", true), ("postmaster", "*", true),
    ("postmaster", "?*", false), ("aaaaaaaaaaaaaaaaaaaaaaaab@x", "*a*a*a*a*a*a*a*c@x", false),
    ("a@b.example", "*@b.example", true), ("a,b@x.org", "\"a,b@x.org\"", true),
  ])
  func `a pattern matches`(address: String, pattern: String, isMatch: Bool) throws {
    #expect(try Stage("rcpt to \(pattern): reply 450").recipient(address) == (isMatch ? 450 : 250))
  }

  @Test func `rules that only wait leave the answer to those below`() throws {
    let stage = try Stage(
      """
      any: wait 1s
      rcpt: wait 2s, read 10/s
      rcpt to vip@x.org: accept
      rcpt: reply 450
      rcpt: reply 550
      """)
    let plan = stage.play.decide(.recipient(Array("a@x.org".utf8), accepted: 0), ServerVisit())
    #expect(
      plan.answer
        == .play(
          ServerPlan(
            [
              .wait(.seconds(1)), .wait(.seconds(2)), .reading(perSecond: 10),
              .reply(ServerReply(450, nil, "Try again later")),
            ], takes: false)))
    #expect(stage.recipient("vip@x.org") == 250)
    #expect(
      stage.play.decide(.startTLS, ServerVisit()).answer
        == .play(ServerPlan([.wait(.seconds(1)), .usual], takes: true)))
    #expect(stage.play.decide(.connect, ServerVisit()) == .accept)
  }

  @Test func `a wait between two bounds is within them, and not always the same`() throws {
    let stage = try Stage("mail: wait 10ms..40ms")
    var waits: Set<Duration> = []
    for _ in 0..<100 {
      guard case .play(let plan) = stage.play.decide(.mail(from: []), ServerVisit()).answer,
        case .wait(let wait) = plan.acts.first
      else {
        Issue.record("no wait")
        return
      }
      #expect(.milliseconds(10)...(.milliseconds(40)) ~= wait)
      waits.insert(wait)
    }
    #expect(waits.count > 50)
  }

  @Test(arguments: [
    ("take, close", true), ("take", true), ("silence", false), ("close", false), ("reset", false),
    ("reply 250", true), ("reply 450, close", false), ("say \"250 \"", true),
    ("say \"hm\"", false), ("accept, reset", true), ("garbage 10", false),
    ("wait 1s, accept", true),
    ("take, reply 451", true), ("fill 10", false),
  ])
  func `a message is taken after`(acts: String, takes: Bool) throws {
    let talk = try ServerTranscript.run("EHLO a\r\n\(Say.message)", playing: "dot: \(acts)")
    let decision = try #require(talk.messages.first?.decision)
    #expect(decision.takes == takes)
  }

  @Test func `whoever sends it many addresses makes it forget, not fail`() throws {
    let stage = try Stage("rcpt greylist 60s each recipient beyond 1 per day first 1: reply 451")
    for number in 0..<210_000 { _ = stage.recipient("a\(number)@x.org") }
    #expect(stage.recipient("new@x.org") == 250)
    #expect(stage.recipient("new@x.org") == 250)
  }

  @Test func `a bad day goes wrong in many ways, and most messages arrive`() throws {
    let stage = try Stage(ScriptPreset.badDay.text)
    let codes = (0..<2_000).map { number in
      stage.advance(.seconds(1))
      return stage.recipient("person\(number)@example.org")
    }
    #expect(Set(codes) == [250, 451, 452, 550])
    #expect(codes.count { $0 == 250 } > 1_500)
  }
}
