import Octets

/// How many messages fall into the hour before any moment, those on their way included.
///
/// A message holds its place from before it is announced until an hour after its outcome. The
/// server takes it somewhere between the two, so no hour that the server can choose ever sees more
/// messages than there are places.
struct SlidingHour {
  /// Longer than an hour by what two clocks may drift apart meanwhile.
  static let span = Duration.seconds(3_601)

  /// How many places there are; `nil` is no limit.
  var limit: Int?
  /// Places of messages that are on their way.
  private(set) var held = 0
  /// Places that come free at the end of a second, the earliest first.
  private var ending: [(second: Int64, count: Int)] = []
  private var endingCount = 0

  init(limit: Int? = nil) { self.limit = limit }

  /// Whether forgetting it changes nothing.
  var isIdle: Bool { held == 0 && ending.isEmpty }

  /// How many messages may be announced now.
  mutating func room(now: Timestamp) -> Int {
    expire(now)
    guard let limit else { return .max }
    return max(0, limit - held - endingCount)
  }

  /// Takes a place; `false` when there is none.
  mutating func take(now: Timestamp) -> Bool {
    guard room(now: now) > 0 else { return false }
    held += 1
    return true
  }

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
    // Rounded up, so that an hour holds no more entries than seconds; a clock that is set back
    // frees nothing early.
    let end = (moment + Self.span + .microseconds(999_999)).seconds
    endingCount += count
    if let last = ending.last, last.second >= end {
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
      if missing <= 0 { return Timestamp(seconds: entry.second) }
    }
    return nil
  }

  /// When the last of `count` further messages will have left, if nothing but the limit holds them
  /// up.
  mutating func departure(ofLast count: Int, now: Timestamp) -> Timestamp {
    expire(now)
    guard let limit, count > 0 else { return now }
    guard limit > 0 else { return now + Self.span * 1_000_000 }
    // Places come free in a rhythm that repeats itself: those of now, then those that end.
    let index = (count - 1) % limit
    let hours = (count - 1) / limit
    var place = index - max(0, limit - held - endingCount)
    var start = now
    if place >= 0 {
      start = now + Self.span
      for entry in ending {
        place -= entry.count
        if place < 0 {
          start = Timestamp(seconds: entry.second)
          break
        }
      }
    }
    return start + Self.span * min(hours, 1_000_000)
  }

  mutating func expire(_ now: Timestamp) {
    var gone = 0
    while gone < ending.count, Timestamp(seconds: ending[gone].second) <= now {
      endingCount -= ending[gone].count
      gone += 1
    }
    if gone > 0 { ending.removeFirst(gone) }
  }
}
