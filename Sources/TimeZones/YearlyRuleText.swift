import Octets

extension YearlyRule {
  /// From its POSIX form, `nil` when it is not one.
  init?(_ text: ArraySlice<UInt8>) {
    var text = RuleText(rest: text)
    guard let name = text.name(), let west = text.time(hours: 24) else { return nil }
    standard = ZoneRules.Period(offset: -west, abbreviation: name)
    if text.rest.isEmpty {
      daylight = nil
      return
    }
    guard let name = text.name() else { return nil }
    var offset = standard.offset + 3_600
    if text.rest.first != UInt8(ascii: ",") {
      guard let west = text.time(hours: 24) else { return nil }
      offset = -west
    }
    guard let start = text.change(), let end = text.change(), text.rest.isEmpty else { return nil }
    daylight = Daylight(
      period: ZoneRules.Period(offset: offset, abbreviation: name), start: start, end: end)
  }
}

/// The pieces of a rule, each taken off the front of what is left.
private struct RuleText {
  var rest: ArraySlice<UInt8>

  /// At least three letters, or within angle brackets letters, digits and signs.
  mutating func name() -> String? {
    var word: ArraySlice<UInt8>
    if take("<") {
      word = rest.prefix(while: \.isOfAbbreviation)
      rest = rest.dropFirst(word.count)
      guard take(">") else { return nil }
    } else {
      word = rest.prefix(while: \.isASCIILetter)
      rest = rest.dropFirst(word.count)
    }
    return word.count >= 3 ? String(decoding: word, as: UTF8.self) : nil
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func time(hours limit: Int) -> Int? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let hours = number(0...limit) else { return nil }
    var seconds = hours * 3_600
    for unit in [60, 1] where take(":") {
      guard let number = number(0...59) else { return nil }
      seconds += number * unit
    }
    return isNegative ? -seconds : seconds
  }

  /// `,date[/time]`; without a time it is two in the morning.
  mutating func change() -> YearlyRule.Change? {
    guard take(","), let day = day() else { return nil }
    guard take("/") else { return YearlyRule.Change(day: day, time: 7_200) }
    return time(hours: 167).map { YearlyRule.Change(day: day, time: $0) }
  }

  private mutating func day() -> YearlyRule.Day? {
    if take("J") { return number(1...365).map { .julian($0) } }
    guard take("M") else { return number(0...365).map { .zeroBased($0) } }
    guard let month = number(1...12), take("."), let week = number(1...5), take("."),
      let weekday = number(0...6)
    else { return nil }
    return .weekday(month: month, week: week, weekday: weekday)
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix(while: \.isASCIIDigit)
    guard (1...3).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let number = digits.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
    return range.contains(number) ? number : nil
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }
}

extension UInt8 {
  /// Letters, digits and signs, as in `CEST` or `+0545`.
  var isOfAbbreviation: Bool {
    isASCIILetter || isASCIIDigit || self == UInt8(ascii: "+") || self == ASCII.hyphen
  }
}
