import Model
import Octets
import Testing

@testable import Workers

/// What is known of a receiver, across blocks and restarts.
struct ShapeMemoryTests {
  private let start = Timestamp(seconds: 1_795_000_000)

  private func at(_ seconds: Double) -> Timestamp { start + .milliseconds(Int64(seconds * 1_000)) }

  /// Five messages that nobody takes, as a server answers that does not know us yet.
  private func greylisted(_ shape: inout Shape) {
    for _ in 0..<5 {
      shape.begin(now: start)
      _ = shape.hear(.doubtful, begun: start, now: at(0.1))
    }
  }

  @Test func `who takes nothing at first and then takes is not slowed down`() {
    var shape = Shape()
    greylisted(&shape)
    #expect(shape.blocked != nil)
    shape.begin(now: at(10))
    _ = shape.hear(.accepted, begun: at(10), now: at(10.1))
    #expect(shape.isOpen)
  }

  @Test func `who took something before is`() {
    var shape = Shape()
    shape.begin(now: at(-1))
    _ = shape.hear(.accepted, begun: at(-1), now: at(-0.9))
    greylisted(&shape)
    shape.begin(now: at(10))
    _ = shape.hear(.accepted, begun: at(10), now: at(10.1))
    #expect(shape.rate != nil)
  }

  @Test func `who asks us to slow down is, whatever came before`() {
    var shape = Shape()
    greylisted(&shape)
    shape.begin(now: at(5))
    _ = shape.hear(.slowDown, begun: at(5), now: at(5.1))
    shape.begin(now: at(20))
    _ = shape.hear(.accepted, begun: at(20), now: at(20.1))
    #expect(shape.rate != nil)
  }

  @Test func `a block from before a restart brings no rate with it that nobody has seen`() {
    let before = Lane([UInt8]("example.com".utf8))
    let road = Lane.Road(connections: 8, isMixed: false, quickest: nil)
    for _ in 0..<5 {
      _ = before.begin(now: start, on: road, follows: true)
      _ = before.end(.doubtful, begun: start, now: at(0.1), freesConnection: false)
    }
    guard case .keep(let kept) = before.change(now: at(1)) else {
      Issue.record("a block is worth keeping")
      return
    }
    let after = Lane([UInt8]("example.com".utf8))
    after.restore(kept)
    #expect(after.isShaped)
    let moment = at(10)
    #expect(after.begin(now: moment, on: road, follows: false) == .go)
    _ = after.end(.accepted, begun: moment, now: at(10.1), freesConnection: true)
    // Five a second at least: whoever is let in again need not wait for minutes.
    #expect(after.flow(on: road) >= 5)
  }
}
