import Model
import Octets

/// How many messages fall into the span of time before any moment, those on their way included.
///
/// A message holds its place from before it is announced until a span after its outcome. The server
/// takes it somewhere between the two, so no span that the server can choose ever sees more
/// messages than there are places.
struct SlidingWindow {
  /// Longer than the period by what two clocks may drift apart meanwhile.
  let span: Duration
  /// Ends are rounded up to a multiple of so many microseconds, so that a window holds no more
  /// entries than a few thousand.
  private let grain: Int64

  /// How many places there are; `nil` is no limit.
  var limit: Int?
  /// Places of messages that are on their way.
  private(set) var held = 0
  /// Places that come free at a moment, the earliest first.
  private var ending: [(end: Int64, count: Int)] = []
  private var endingCount = 0

  init(_ period: LimitPeriod, limit: Int? = nil) {
    self.limit = limit
    switch period {
    case .second: (span, grain) = (.milliseconds(1_002), 2_000)
    case .minute: (span, grain) = (.milliseconds(60_020), 50_000)
    case .hour: (span, grain) = (.seconds(3_601), 1_000_000)
    case .day: (span, grain) = (.seconds(86_410), 30_000_000)
    }
  }

  /// Whether forgetting it changes nothing.
  var isIdle: Bool { held == 0 && ending.isEmpty }

  /// How many messages may be announced now.
  mutating func room(now: Timestamp) -> Int {
    expire(now)
    guard let limit else { return .max }
    return max(0, limit - held - endingCount)
  }

  /// Takes a place without asking whether there is one.
  mutating func hold() { held += 1 }

  /// Gives a place back whose message was not sent.
  mutating func giveBack() { held = max(0, held - 1) }

  /// A message that was on its way has its outcome, or may have arrived.
  mutating func spend(now: Timestamp) {
    held = max(0, held - 1)
    add(1, leftBy: now)
  }

  /// Counts messages that have left by a moment; call it in the order of time.
  mutating func add(_ count: Int, leftBy moment: Timestamp) {
    guard count > 0 else { return }
    // Rounded up; a clock that is set back frees nothing early.
    let exact = (moment + span).microseconds
    let end = exact + (grain - 1) - (exact + (grain - 1)) % grain
    endingCount += count
    if let last = ending.last, last.end >= end {
      ending[ending.count - 1].count += count
    } else {
      ending.append((end, count))
    }
  }

  /// When the next place comes free; `nil` where that depends on messages that are on their way.
  mutating func nextRoom(now: Timestamp) -> Timestamp? {
    expire(now)
    guard let limit else { return now }
    var missing = held + endingCount - limit + 1
    guard missing > 0 else { return now }
    for entry in ending {
      missing -= entry.count
      if missing <= 0 { return Timestamp(microseconds: entry.end) }
    }
    return nil
  }

  /// When the last of `count` further messages will have left, if nothing but the limit holds them
  /// up.
  mutating func departure(ofLast count: Int, now: Timestamp) -> Timestamp {
    expire(now)
    guard let limit, count > 0 else { return now }
    guard limit > 0 else { return now + span * 1_000_000 }
    // Places come free in a rhythm that repeats itself: those of now, then those that end.
    let index = (count - 1) % limit
    let rounds = (count - 1) / limit
    var place = index - max(0, limit - held - endingCount)
    var start = now
    if place >= 0 {
      start = now + span
      for entry in ending {
        place -= entry.count
        if place < 0 {
          start = Timestamp(microseconds: entry.end)
          break
        }
      }
    }
    return start + span * min(rounds, 1_000_000)
  }

  mutating func expire(_ now: Timestamp) {
    guard let first = ending.first, first.end <= now.microseconds else { return }
    var gone = 0
    while gone < ending.count, ending[gone].end <= now.microseconds {
      endingCount -= ending[gone].count
      gone += 1
    }
    ending.removeFirst(gone)
  }
}
