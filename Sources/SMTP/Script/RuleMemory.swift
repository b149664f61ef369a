/// What one rule has counted and whom it has seen.
///
/// It is bounded: whoever sends it a million addresses makes it forget, not grow.
struct RuleMemory {
  /// The highest limit per time.
  static let mostPasses = 100_000
  private static let mostKeys = 100_000
  private static let mostTimes = 1_000_000

  /// When something passed, the oldest first; those before `first` are too old to count.
  private struct Passes {
    var times: [Duration] = []
    var first = 0
  }

  private var numbers: [[UInt8]: Int] = [:]
  private var passed: [[UInt8]: Int] = [:]
  private var passes: [[UInt8]: Passes] = [:]
  private var times = 0
  private var firstSeen: [[UInt8]: Duration] = [:]

  /// The how-manieth time this is, from 1 on.
  mutating func number(of key: [UInt8]) -> Int {
    if numbers.count >= Self.mostKeys { numbers = [:] }
    numbers[key, default: 0] += 1
    return numbers[key] ?? 1
  }

  /// Whether one more stays within the limit; if so, it is counted.
  mutating func mayPass(_ limit: ScriptConditions.Limit, _ key: [UInt8], now: Duration) -> Bool {
    guard let span = limit.span else {
      if passed.count >= Self.mostKeys { passed = [:] }
      guard passed[key, default: 0] < limit.most else { return false }
      passed[key, default: 0] += 1
      return true
    }
    if passes.count >= Self.mostKeys || times >= Self.mostTimes { (passes, times) = ([:], 0) }
    var recent = passes.removeValue(forKey: key) ?? Passes()
    defer { passes[key] = recent }
    while recent.first < recent.times.count, now - recent.times[recent.first] >= span {
      recent.first += 1
    }
    if recent.first > 64, recent.first * 2 > recent.times.count {
      recent.times.removeFirst(recent.first)
      times -= recent.first
      recent.first = 0
    }
    guard recent.times.count - recent.first < limit.most else { return false }
    recent.times.append(now)
    times += 1
    return true
  }

  /// Whether a pair of sender and recipient was first seen less than `span` ago.
  mutating func isNew(_ pair: [UInt8], for span: Duration, now: Duration) -> Bool {
    if let first = firstSeen[pair] { return now - first < span }
    if firstSeen.count >= Self.mostKeys { firstSeen = [:] }
    firstSeen[pair] = now
    return true
  }
}
