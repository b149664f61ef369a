import Model
import Net
import Octets
import SMTP
import Testing

@testable import Workers

struct DoorstepTests {
  private let start = Timestamp(seconds: 1_800_000_000)
  private let error = SessionError.network(.refused, at: .connect)

  @Test func `it is open at first`() {
    let door = Doorstep()
    for _ in 0..<10 { #expect(door.wait(now: start) == .zero) }
    #expect(door.trouble == nil)
    #expect(door.nextTry == nil)
    #expect(door.isCalm)
  }

  @Test func `each failure makes the wait longer, up to half a minute`() {
    let door = Doorstep()
    var waits: [Duration] = []
    var now = start
    for _ in 0..<10 {
      #expect(door.wait(now: now) == .zero)
      door.failed(error, now: now)
      let wait = door.wait(now: now)
      waits.append(wait)
      now = now + wait
    }
    #expect(waits[..<6] == [0.5, 1, 2, 4, 8, 16].map { .seconds($0) }[...])
    #expect(waits[6...].allSatisfy { $0 == .seconds(30) })
    #expect(door.nextTry == now)
    #expect(!door.isCalm)
  }

  @Test func `connections that break together are one failure`() {
    let door = Doorstep()
    for number in 0..<8 { door.failed(error, now: start + .milliseconds(Int64(number))) }
    #expect(door.nextTry == start + .milliseconds(500))
  }

  @Test func `very many failures are no trap`() {
    let door = Doorstep()
    for number in 0..<1_000 { door.failed(error, now: start + .seconds(Int64(40 * number))) }
    #expect(door.wait(now: start + .seconds(39_960)) == .seconds(30))
  }

  @Test func `after a failure one tries alone, until it says how it went`() {
    let door = Doorstep()
    door.failed(error, now: start)
    #expect(door.wait(now: start + .milliseconds(499)) == .milliseconds(1))
    let now = start + .milliseconds(500)
    #expect(door.wait(now: now) == .zero)
    for second in 0..<60 { #expect(door.wait(now: now + .seconds(Int64(second))) > .zero) }
    door.failed(error, now: now + .seconds(60))
    #expect(door.wait(now: now + .seconds(60)) == .seconds(1))
    #expect(door.wait(now: now + .seconds(61)) == .zero)
  }

  @Test func `who never says how it went is not waited for without end`() {
    let door = Doorstep()
    door.failed(error, now: start)
    let now = start + .seconds(1)
    #expect(door.wait(now: now) == .zero)
    #expect(door.wait(now: now + .seconds(599)) > .zero)
    #expect(door.wait(now: now + .seconds(600)) == .zero)
  }

  @Test func `whoever is let in lets the others in`() {
    let door = Doorstep()
    for _ in 0..<5 { door.failed(error, now: start) }
    door.proved(door.opened())
    for _ in 0..<3 { #expect(door.wait(now: start) == .zero) }
    #expect(door.trouble == nil)
    door.failed(error, now: start)
    #expect(door.wait(now: start) == .milliseconds(500))
  }

  @Test func `a server that greets and hangs up is waited for longer and longer`() {
    let door = Doorstep()
    var waits: [Duration] = []
    for _ in 0..<8 {
      // Let in, and sent away before a single message got its answer.
      _ = door.opened()
      door.failed(error, now: start)
      door.ended()
      waits.append(door.wait(now: start))
    }
    #expect(waits.first == .milliseconds(500))
    #expect(waits.last == .seconds(30))
    #expect(door.trouble?.since == start)
  }

  @Test func `sessions from before a failure do not prove that there is room for more`() {
    let door = Doorstep()
    let old = door.opened()
    var now = start
    var waits: [Duration] = []
    for _ in 0..<5 {
      door.failed(.refused(Reply(code: 421), at: .greeting), now: now)
      door.proved(old)
      let wait = door.wait(now: now)
      waits.append(wait)
      now = now + wait
      #expect(door.wait(now: now) == .zero)
    }
    #expect(waits.last == .seconds(8))
    door.proved(door.opened())
    door.failed(error, now: now)
    #expect(door.wait(now: now) == .milliseconds(500))
  }

  @Test func `while a session is open there is no trouble`() {
    let door = Doorstep()
    _ = door.opened()
    _ = door.opened()
    door.failed(error, now: start)
    #expect(door.wait(now: start) == .milliseconds(500))
    door.ended()
    #expect(door.trouble == nil)
    door.ended()
    #expect(door.trouble?.since == start)
    door.ended()
    #expect(door.trouble?.since == start)
  }

  @Test func `trouble is counted from the first failure, with the last reason`() throws {
    let door = Doorstep()
    door.failed(error, now: start)
    door.failed(.network(.timedOut, at: .greeting), now: start + .seconds(9))
    let trouble = try #require(door.trouble)
    #expect(trouble.since == start)
    #expect(trouble.error == .network(.timedOut, at: .greeting))
    // A run that begins later counts from its own beginning.
    let gate = ConnectionGate(door, began: start + .seconds(20))
    #expect(gate.trouble?.since == start + .seconds(20))
  }

  /// Ten minutes without a server, with eight couriers at the door all the time.
  @Test func `a server that is away for ten minutes is asked seldom, and missed for seconds only`()
  {
    let door = Doorstep()
    var (now, knocks, letIn) = (start, 0, 0)
    let back = start + .seconds(600)
    while letIn == 0 {
      for _ in 0..<8 where door.wait(now: now) == .zero {
        if now < back {
          knocks += 1
          door.failed(error, now: now)
        } else {
          letIn += 1
          door.proved(door.opened())
        }
      }
      now = now + .milliseconds(250)
    }
    #expect(knocks < 30)
    #expect(now - back <= .seconds(31))
    #expect(letIn <= 8)
    for _ in 0..<8 { #expect(door.wait(now: now) == .zero) }
  }
}

struct PorchTests {
  private func sender(_ password: [UInt8]?, id: Identifier = .new()) -> Sender {
    Sender(
      id: id, workspace: .new(), name: "a", host: "h", port: 25, security: "none", user: "u",
      sealedPassword: password)
  }

  @Test func `all campaigns of an account share its porch, until the account changes`() {
    let porches = Porches()
    let ada = sender([1])
    let porch = porches.porch(of: ada)
    #expect(porches.porch(of: ada) === porch)
    #expect(porches.porch(of: sender([1])) !== porch)
    #expect(porches.porch(of: sender([2], id: ada.id)) !== porch)
  }

  @Test func `a porch is forgotten after a test that passed, or when there is nothing to remember`()
  {
    let porches = Porches()
    let ada = sender([1])
    let porch = porches.porch(of: ada)
    porch.doorstep.failed(.network(.refused, at: .connect), now: Timestamp(seconds: 1))
    porches.sweep()
    #expect(porches.porch(of: ada) === porch)
    porches.forget(ada.id)
    let second = porches.porch(of: ada)
    #expect(second !== porch)
    porches.sweep()
    #expect(porches.porch(of: ada) !== second)
  }
}
