/// Shows progress on a terminal as a bar that is redrawn, elsewhere as a line now and then.
///
/// It gives octets to write; the caller writes them.
public struct ProgressBar: Sendable {
  public enum Display: Sendable, Equatable {
    case terminal(columns: Int)
    case lines
    /// Nothing at all, as with `--quiet`.
    case off
  }

  private let display: Display
  private var shownAt: Duration?

  public init(_ display: Display) { self.display = display }

  /// The bar of a console's messages.
  public init(on console: Console) {
    self.init(console.messageWidth.map { .terminal(columns: $0) } ?? .lines)
  }

  /// What to write now: a tenth of a second on a terminal, ten seconds elsewhere lie between two
  /// answers that are not `nil`.
  public mutating func update(_ progress: Progress, now: Duration) -> [UInt8]? {
    let pause: Duration
    switch display {
    case .terminal: pause = .milliseconds(100)
    case .lines: pause = .seconds(10)
    case .off: return nil
    }
    if let shownAt, now - shownAt < pause { return nil }
    shownAt = now
    return drawing(progress, isLast: false)
  }

  /// What to write at the end: the last state, on a line of its own.
  public func finish(_ progress: Progress) -> [UInt8] { drawing(progress, isLast: true) }

  private func drawing(_ progress: Progress, isLast: Bool) -> [UInt8] {
    switch display {
    case .terminal(let columns):
      // The last column stays free: some terminals go to the next line once it is written.
      let line = Self.line(progress, columns: columns - 1, isLast: isLast)
      return Array("\r\(line)\u{1B}[K\(isLast ? "\n" : "")".utf8)
    case .lines: return Array((Self.plain(progress, isLast: isLast) + "\n").utf8)
    case .off: return []
    }
  }

  /// One line of at most `columns`: label, bar, percent, counts, rate, time left, note; what does
  /// not fit is left out, the last first, and the bar takes what is over.
  public static func line(_ progress: Progress, columns: Int, isLast: Bool = false) -> String {
    var line = progress.label
    let figures = figures(progress, isLast: isLast)
    let least = progress.fraction == nil ? 0 : 12
    var tail = ""
    for figure in figures where line.count + tail.count + 2 + figure.count + least <= columns {
      tail += "  " + figure
    }
    if let fraction = progress.fraction {
      let room = min(40, columns - line.count - tail.count - 3)
      if room >= 5 { line += " [\(bar(fraction, width: room))]" }
    }
    return String((line + tail).prefix(max(0, columns)))
  }

  /// One line without a bar.
  public static func plain(_ progress: Progress, isLast: Bool = false) -> String {
    ([progress.label + ":"] + figures(progress, isLast: isLast)).joined(separator: " ")
  }

  private static func figures(_ progress: Progress, isLast: Bool) -> [String] {
    var figures: [String] = []
    if let fraction = progress.fraction { figures.append("\(Int(fraction * 100))%") }
    figures.append(
      progress.total.map { "\(grouped(progress.done))/\(grouped($0))" } ?? grouped(progress.done))
    if let rate = progress.perSecond { figures.append(Self.rate(rate)) }
    if !isLast, let remaining = progress.remaining { figures.append("ETA \(clock(remaining))") }
    if !progress.note.isEmpty { figures.append(progress.note) }
    return figures
  }

  private static func bar(_ fraction: Double, width: Int) -> String {
    let full = Int(fraction * Double(width))
    let head = full < width ? ">" : ""
    return String(repeating: "=", count: full) + head
      + String(repeating: " ", count: max(0, width - full - 1))
  }

  /// As in `1,234,567`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  private static func rate(_ perSecond: Double) -> String {
    guard perSecond < 1e15 else { return "" }
    guard perSecond < 10 else { return "\(grouped(Int(perSecond.rounded())))/s" }
    let tenths = Int((perSecond * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)/s"
  }

  /// As in `0:45`, `12:03` or `1:02:03`.
  private static func clock(_ duration: Duration) -> String {
    let seconds = Int(duration.components.seconds)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
    return hours > 0
      ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
  }
}
