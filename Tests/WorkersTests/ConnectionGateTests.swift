import Net
import Octets
import SMTP
import Testing

@testable import Workers

struct ConnectionGateTests {
  private let start = Timestamp(seconds: 1_800_000_000)
  private let error = SessionError.network(.refused, at: .connect)

  @Test func `it stands open at first`() {
    let gate = ConnectionGate()
    for _ in 0..<10 { #expect(gate.wait(now: start) == .zero) }
    #expect(gate.trouble == nil)
  }

  @Test func `each failure makes the wait longer, up to half a minute`() {
    let gate = ConnectionGate()
    var waits: [Duration] = []
    for _ in 0..<10 {
      gate.failed(error, now: start)
      waits.append(gate.wait(now: start))
    }
    #expect(waits[..<6] == [0.5, 1, 2, 4, 8, 16].map { .seconds($0) }[...])
    #expect(waits[6...].allSatisfy { $0 == .seconds(30) })
  }

  @Test func `very many failures are no trap`() {
    let gate = ConnectionGate()
    for _ in 0..<1_000 { gate.failed(error, now: start) }
    #expect(gate.wait(now: start) == .seconds(30))
  }

  @Test func `after a failure one tries alone`() {
    let gate = ConnectionGate()
    gate.failed(error, now: start)
    #expect(gate.wait(now: start + .milliseconds(499)) == .milliseconds(1))
    let now = start + .milliseconds(500)
    #expect(gate.wait(now: now) == .zero)
    for _ in 0..<7 { #expect(gate.wait(now: now) == .seconds(1)) }
    #expect(gate.wait(now: now + .seconds(1)) == .zero)
  }

  @Test func `a success lets all in again`() {
    let gate = ConnectionGate()
    for _ in 0..<5 { gate.failed(error, now: start) }
    gate.succeeded()
    for _ in 0..<3 { #expect(gate.wait(now: start) == .zero) }
    #expect(gate.trouble == nil)
    gate.failed(error, now: start)
    #expect(gate.wait(now: start) == .milliseconds(500))
  }

  @Test func `while a session is open there is no trouble`() {
    let gate = ConnectionGate()
    gate.succeeded()
    gate.succeeded()
    gate.failed(error, now: start)
    #expect(gate.wait(now: start) == .milliseconds(500))
    gate.ended()
    #expect(gate.trouble == nil)
    gate.ended()
    #expect(gate.trouble?.since == start)
  }

  @Test func `trouble is counted from the first failure, with the last reason`() throws {
    let gate = ConnectionGate()
    gate.failed(error, now: start)
    gate.failed(.network(.timedOut, at: .greeting), now: start + .seconds(9))
    let trouble = try #require(gate.trouble)
    #expect(trouble.since == start)
    #expect(trouble.error == .network(.timedOut, at: .greeting))
  }
}
