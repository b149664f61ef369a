import Octets

/// How many messages a second came to their end over the last few seconds.
struct Speedometer {
  private static let span = Duration.seconds(5)
  private var notes: [(at: Timestamp, count: Int)] = []

  /// Notes how many have come to their end so far.
  mutating func note(_ count: Int, now: Timestamp) {
    // The oldest that is kept is the last one beyond the span.
    while notes.count > 1, now - notes[1].at >= Self.span { notes.removeFirst() }
    notes.append((now, count))
  }

  /// `nil` before there is a second to look back on, and while nothing moves.
  var rate: Double? {
    guard let first = notes.first, let last = notes.last, last.count > first.count else {
      return nil
    }
    let seconds = (last.at - first.at) / .seconds(1)
    return seconds > 0.1 ? Double(last.count - first.count) / seconds : nil
  }
}
