import Model
import Octets

/// Several windows over the same messages: a message goes when each has a place for it.
///
/// All of them always count, so that a limit that is set later holds for what has left before.
struct WindowSet {
  private(set) var windows: [(period: LimitPeriod, window: SlidingWindow)]

  init(_ periods: [LimitPeriod]) { windows = periods.map { ($0, SlidingWindow($0)) } }

  /// Puts the limits of today in force.
  mutating func limit(_ limit: (LimitPeriod) -> Int?) {
    for index in windows.indices { windows[index].window.limit = limit(windows[index].period) }
  }

  /// Takes a place in each; `false`, and nothing is taken, when one has none.
  mutating func take(now: Timestamp) -> Bool {
    for index in windows.indices where windows[index].window.room(now: now) == 0 { return false }
    for index in windows.indices { windows[index].window.hold() }
    return true
  }

  mutating func giveBack() {
    for index in windows.indices { windows[index].window.giveBack() }
  }

  mutating func spend(now: Timestamp) {
    for index in windows.indices { windows[index].window.spend(now: now) }
  }

  /// How many messages may be announced now.
  mutating func room(now: Timestamp) -> Int {
    var least = Int.max
    for index in windows.indices { least = min(least, windows[index].window.room(now: now)) }
    return least
  }

  /// When there is room; `nil` where that depends on messages that are on their way.
  mutating func nextRoom(now: Timestamp) -> Timestamp? {
    var latest = now
    for index in windows.indices {
      guard let next = windows[index].window.nextRoom(now: now) else { return nil }
      latest = max(latest, next)
    }
    return latest
  }

  /// When the last of `count` further messages will have left, by the limits alone.
  mutating func departure(ofLast count: Int, now: Timestamp) -> Timestamp {
    var latest = now
    for index in windows.indices {
      latest = max(latest, windows[index].window.departure(ofLast: count, now: now))
    }
    return latest
  }

  /// The limit that leaves the latest room, and when.
  mutating func bound(now: Timestamp) -> (period: LimitPeriod, limit: Int, end: Timestamp)? {
    var bound: (period: LimitPeriod, limit: Int, end: Timestamp)?
    for index in windows.indices {
      guard let limit = windows[index].window.limit else { continue }
      let end = windows[index].window.departure(ofLast: 1, now: now)
      if let known = bound, known.end >= end { continue }
      bound = (windows[index].period, limit, end)
    }
    return bound
  }

  /// Counts what left in minutes before this process began; they are numbered from 1970.
  ///
  /// A minute's messages count as if they had left at its end, or now where that is to come.
  mutating func restore(_ minutes: [(minute: Int, count: Int)], now: Timestamp) {
    let current = now.microseconds / 60_000_000
    for (minute, count) in minutes.sorted(by: { $0.minute < $1.minute }) {
      let end = Timestamp(seconds: Int64(clamping: minute) &* 60 &+ 60)
      for index in windows.indices {
        // Within an hour or a day, the rest of a minute is no loss.
        let isShort = windows[index].period == .second || windows[index].period == .minute
        let left = isShort && Int64(clamping: minute) == current ? min(end, now) : end
        windows[index].window.add(count, leftBy: left)
      }
    }
  }

  mutating func expire(_ now: Timestamp) {
    for index in windows.indices { windows[index].window.expire(now) }
  }

  /// Whether forgetting them changes nothing.
  var isIdle: Bool { windows.allSatisfy { $0.window.isIdle } }
}
