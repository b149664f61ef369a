import App
import Testing

struct ProgressBarTests {
  /// 45,000 of 100,000 after 45 seconds, at 1,000 a second.
  private func progress() -> Progress {
    var progress = Progress("Sending", total: 100_000, now: .zero)
    for second in 1...45 { progress.advance(to: second * 1_000, now: .seconds(second)) }
    return progress
  }

  @Test(arguments: [
    (
      90,
      "Sending [==================>                     ]  45%  45,000/100,000  1,000/s  ETA 0:55"
    ),
    (70, "Sending [=========>          ]  45%  45,000/100,000  1,000/s  ETA 0:55"),
    (60, "Sending [====>     ]  45%  45,000/100,000  1,000/s  ETA 0:55"),
    (50, "Sending [====>     ]  45%  45,000/100,000  1,000/s"),
    (40, "Sending [====>    ]  45%  45,000/100,000"),
    (20, "Sending [====>     ]"),
    (5, "Sendi"),
    (0, ""),
  ])
  func `the bar fits its width`(columns: Int, line: String) {
    let drawn = ProgressBar.line(progress(), columns: columns)
    #expect(drawn.count <= columns)
    #expect(drawn == line)
  }

  @Test func `every width and state can be drawn`() {
    for total in [nil, 0, 1, 7, Int.max] {
      for done in [0, 1, 7, 100, Int.max] {
        var progress = Progress("x", total: total, now: .zero)
        progress.advance(to: done, now: .seconds(1))
        progress.note = "3 failed"
        for columns in -1...100 {
          #expect(ProgressBar.line(progress, columns: columns).count <= max(0, columns))
        }
      }
    }
  }

  @Test func `without a total there is no bar, and no end in sight`() {
    var progress = Progress("Importing", total: nil, now: .zero)
    progress.advance(to: 1_234, now: .seconds(2))
    #expect(progress.fraction == nil)
    #expect(progress.remaining == nil)
    #expect(ProgressBar.line(progress, columns: 79) == "Importing  1,234  617/s")
  }

  @Test func `the rate is that of the last ten seconds`() {
    var progress = Progress("x", total: 1_000, now: .zero)
    #expect(progress.perSecond == nil)
    for second in 1...20 { progress.advance(to: second * 30, now: .seconds(second)) }
    #expect(progress.perSecond == 30)
    for second in 21...40 { progress.advance(to: 600, now: .seconds(second)) }
    #expect(progress.perSecond == 0)
    #expect(progress.remaining == nil)
    progress.advance(to: 605, now: .milliseconds(40_500))
    progress.advance(to: 609, now: .milliseconds(40_510))
    #expect(progress.done == 609)
  }

  @Test(arguments: [(5, "0:05"), (3_723, "1:02:03"), (720, "12:00")])
  func `the time left is a clock's`(seconds: Int, clock: String) {
    var progress = Progress("x", total: seconds + 1, now: .zero)
    progress.advance(to: 1, now: .seconds(1))
    #expect(ProgressBar.line(progress, columns: 79).hasSuffix("ETA \(clock)"))
  }

  @Test func `a terminal's line is redrawn ten times a second at most`() {
    var bar = ProgressBar(.terminal(columns: 41))
    let progress = progress()
    let first = bar.update(progress, now: .seconds(45))
    #expect(
      first.map { String(decoding: $0, as: UTF8.self) }
        == "\rSending [====>    ]  45%  45,000/100,000\u{1B}[K")
    #expect(bar.update(progress, now: .milliseconds(45_099)) == nil)
    #expect(bar.update(progress, now: .milliseconds(45_100)) != nil)
    #expect(bar.finish(progress).suffix(4) == [0x1B, 0x5B, 0x4B, 0x0A])
  }

  @Test func `elsewhere a plain line comes every ten seconds`() {
    var bar = ProgressBar(on: Recording().console())
    var progress = progress()
    progress.note = "2 failed"
    let first = bar.update(progress, now: .seconds(45))
    #expect(
      first.map { String(decoding: $0, as: UTF8.self) }
        == "Sending: 45% 45,000/100,000 1,000/s ETA 0:55 2 failed\n")
    #expect(bar.update(progress, now: .milliseconds(54_999)) == nil)
    #expect(bar.update(progress, now: .seconds(55)) != nil)
    #expect(
      String(decoding: bar.finish(progress), as: UTF8.self)
        == "Sending: 45% 45,000/100,000 1,000/s 2 failed\n")
    var silent = ProgressBar(.off)
    #expect(silent.update(progress, now: .zero) == nil)
    #expect(silent.finish(progress) == [])
  }
}
