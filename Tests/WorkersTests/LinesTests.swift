import Model
import Octets
import Testing

@testable import Workers

struct LinesTests {
  private let start = Timestamp(seconds: 1_800_000_000)

  /// How many lines a run gets that asks often.
  private func take(_ lines: Lines, _ run: Lease, after seconds: Int64 = 0) -> Int {
    (0..<20).count { _ in lines.take(run, now: start + .seconds(seconds)) }
  }

  @Test func `campaigns of one sender share its connections fairly, and never have more`() {
    let lines = Lines(most: 8)
    let (first, second, third) = (Lease.new(), Lease.new(), Lease.new())
    lines.join(first)
    #expect(take(lines, first) == 8)
    lines.join(second)
    #expect(lines.isOverShare(first, now: start))
    #expect(take(lines, second) == 0)
    for _ in 0..<4 { lines.release(first) }
    #expect(!lines.isOverShare(first, now: start))
    // Who has come meanwhile goes first.
    #expect(take(lines, first) == 0)
    #expect(take(lines, second) == 4)
    lines.leave(second)
    #expect(take(lines, first) == 4)
    #expect(take(lines, third) == 0)
  }

  @Test func `where campaigns outnumber connections, they take turns`() {
    let lines = Lines(most: 2)
    let runs = (0..<5).map { _ in Lease.new() }
    for run in runs { lines.join(run) }
    var served: Set<Int> = []
    var held: Set<Int> = []
    for second in 0..<20 {
      let now = start + .seconds(Int64(second))
      for index in runs.indices where lines.take(runs[index], now: now) {
        #expect(held.insert(index).inserted)
        served.insert(index)
      }
      #expect(held.count <= 2)
      for index in held where lines.isOverShare(runs[index], now: now + .seconds(1)) {
        lines.release(runs[index])
        held.remove(index)
      }
    }
    #expect(served == Set(0..<5))
  }

  @Test func `nobody gives a line up that nobody wants, nor before a second has passed`() {
    let lines = Lines(most: 1)
    let (first, second) = (Lease.new(), Lease.new())
    lines.join(first)
    lines.join(second)
    #expect(lines.take(first, now: start))
    #expect(!lines.isOverShare(first, now: start + .seconds(60)))
    #expect(!lines.take(second, now: start))
    #expect(!lines.isOverShare(first, now: start + .milliseconds(900)))
    #expect(lines.isOverShare(first, now: start + .seconds(1)))
    // Who waited and wants none any more keeps nobody away.
    lines.withdraw(second)
    #expect(!lines.isOverShare(first, now: start + .seconds(1)))
  }

  @Test func `a lower limit holds from the next message on`() {
    let lines = Lines(most: 8)
    let run = Lease.new()
    lines.join(run)
    #expect(take(lines, run) == 8)
    lines.limit(2)
    for _ in 0..<6 {
      #expect(lines.isOverShare(run, now: start))
      lines.release(run)
    }
    #expect(!lines.isOverShare(run, now: start))
    #expect(take(lines, run) == 0)
  }
}
