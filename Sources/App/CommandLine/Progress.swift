/// How far a long piece of work has come, and how fast it goes; told the time, never asking.
public struct Progress: Sendable {
  public let label: String
  /// `nil` when it is not known.
  public var total: Int?
  public private(set) var done = 0
  /// What stands behind the figures, as in `12 failed`.
  public var note = ""
  /// Moments of the last seconds, oldest first.
  private var moments: [(time: Duration, done: Int)]

  /// Rates are means over this long.
  private static let window = Duration.seconds(10)

  /// `now` counts from any fixed moment, and so do all later ones.
  public init(_ label: String, total: Int?, now: Duration) {
    self.label = label
    self.total = total
    moments = [(now, 0)]
  }

  public mutating func advance(to done: Int, now: Duration) {
    self.done = done
    if let last = moments.last, moments.count > 1, now - last.time < .milliseconds(100) {
      moments[moments.count - 1].done = done
      return
    }
    moments.append((now, done))
    let old = moments.prefix { now - $0.time > Self.window }.count
    // One from before the window stays, so that the mean reaches over all of it.
    if old > 1 { moments.removeFirst(old - 1) }
  }

  /// How many a second of late, `nil` while too little is known.
  public var perSecond: Double? {
    guard let first = moments.first, let last = moments.last else { return nil }
    let seconds = (last.time - first.time) / Duration.seconds(1)
    guard seconds >= 0.2, last.done >= first.done else { return nil }
    return Double(last.done - first.done) / seconds
  }

  /// From 0 to 1, `nil` without a total.
  public var fraction: Double? {
    guard let total else { return nil }
    return total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
  }

  /// How long the rest will take, `nil` when nobody can say.
  public var remaining: Duration? {
    guard let total, let perSecond, perSecond > 0 else { return nil }
    let seconds = Double(max(0, total - done)) / perSecond
    return seconds < 1e8 ? .seconds(Int(seconds.rounded(.up))) : nil
  }
}
