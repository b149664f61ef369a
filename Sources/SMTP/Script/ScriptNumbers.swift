import Octets

/// The numbers of scripts: counts, shares, sizes, times and ranges, as words.
enum ScriptNumbers {
  static let longestTime = Duration.seconds(30 * 86_400)

  /// A whole number from 1 to 1,000,000,000.
  static func count(_ word: String) -> Int? {
    guard word.utf8.count <= 10, word.utf8.allSatisfy(\.isASCIIDigit), let number = Int(word),
      1...1_000_000_000 ~= number
    else { return nil }
    return number
  }

  /// `5%` or `0.25%`, as a millionth part of all.
  static func share(_ word: String) -> UInt32? {
    guard word.hasSuffix("%"), word.utf8.count <= 9 else { return nil }
    let parts = word.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }),
      parts[0].utf8.count <= 3, let whole = UInt32(parts[0])
    else { return nil }
    let digits = parts.count == 2 ? String(parts[1]) : "0"
    guard digits.utf8.count <= 4, let fraction = UInt32(digits) else { return nil }
    var scaled = fraction
    for _ in digits.utf8.count..<4 { scaled *= 10 }
    let share = whole * 10_000 + scaled
    return share <= 1_000_000 ? share : nil
  }

  /// `500ms`, `2s`, `5m`, `1h`, `1d`; at most 30 days.
  static func time(_ word: String) -> Duration? {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.utf8.count <= 9, let number = Int(digits) else { return nil }
    let time: Duration
    switch word.dropFirst(digits.count) {
    case "ms": time = .milliseconds(number)
    case "s": time = .seconds(number)
    case "m": time = .seconds(number * 60)
    case "h": time = .seconds(number * 3_600)
    case "d": time = .seconds(number * 86_400)
    default: return nil
    }
    return time <= longestTime ? time : nil
  }

  /// `second`, `minute`, `hour`, `day`, or a time.
  static func span(_ word: String) -> Duration? {
    switch word {
    case "second": .seconds(1)
    case "minute": .seconds(60)
    case "hour": .seconds(3_600)
    case "day": .seconds(86_400)
    default: time(word).flatMap { $0 > .zero ? $0 : nil }
    }
  }

  /// `500`, `64KB` (of 1,024 octets) or `5MB`; at most 1 GB.
  static func size(_ word: String) -> Int? {
    let digits = word.prefix { $0.isASCII && $0.isNumber }
    guard digits.utf8.count <= 10, let number = Int(digits) else { return nil }
    let size: Int
    switch word.dropFirst(digits.count) {
    case "": size = number
    case "KB": size = number * 1_024
    case "MB": size = number * 1_048_576
    default: return nil
    }
    return 1...1_073_741_824 ~= size ? size : nil
  }

  /// Octets a second: `10/s` or `4KB/s`.
  static func rate(_ word: String) -> Int? {
    guard word.hasSuffix("/s") else { return nil }
    return size(String(word.dropLast(2)))
  }

  /// `3`, `3..5` or `3..`.
  static func range(_ word: String) -> ClosedRange<Int>? {
    guard let dots = word.firstRange(of: "..") else { return count(word).map { $0...$0 } }
    guard let first = count(String(word[..<dots.lowerBound])) else { return nil }
    let rest = word[dots.upperBound...]
    if rest.isEmpty { return first...Int.max }
    return count(String(rest)).flatMap { $0 >= first ? first...$0 : nil }
  }

  /// `10s..70s`.
  static func period(_ word: String) -> Range<Duration>? {
    guard let dots = word.firstRange(of: ".."),
      let start = time(String(word[..<dots.lowerBound])),
      let end = time(String(word[dots.upperBound...])), start < end
    else { return nil }
    return start..<end
  }

  /// `50ms`, or `0ms..40ms` for any time between the two.
  static func wait(_ word: String) -> ClosedRange<Duration>? {
    if let time = time(word) { return time...time }
    return period(word).map { $0.lowerBound...$0.upperBound }
  }
}
