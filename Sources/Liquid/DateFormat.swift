import Octets

/// Writes a moment in the manner of `strftime`, with its flags and widths.
struct DateFormat {
  private let moment: Moment
  private let date: Timestamp.Civil
  /// 1 January is 1.
  private let dayOfYear: Int

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  init(_ moment: Moment) {
    self.moment = moment
    date = moment.local.civil
    dayOfYear =
      DateReader.daysSince1970(date.year, date.month, date.day)
      - DateReader.daysSince1970(date.year, 1, 1) + 1
  }

  /// - Returns: Whether all of it found room.
  func append(_ format: [UInt8], to output: inout [UInt8], allowance: Int) -> Bool {
    var at = 0
    while at < format.count {
      guard output.count <= allowance else { return false }
      guard format[at] == UInt8(ascii: "%") else {
        output.append(format[at])
        at += 1
        continue
      }
      let start = at
      at += 1
      var style = Style()
      while at < format.count, style.take(format[at]) { at += 1 }
      guard at < format.count, let text = directive(format[at], style) else {
        output.append(contentsOf: format[start..<min(at + 1, format.count)])
        at += 1
        continue
      }
      output.append(contentsOf: text)
      at += 1
    }
    return output.count <= allowance
  }

  /// The flags and the width between `%` and the letter.
  private struct Style {
    private(set) var pad: UInt8?
    private(set) var isUnpadded = false
    private(set) var isUpper = false
    private(set) var isSwapped = false
    private(set) var colons = 0
    private(set) var width: Int?

    mutating func take(_ octet: UInt8) -> Bool {
      switch octet {
      case ASCII.hyphen where width == nil: isUnpadded = true
      case ASCII.zero where width == nil: pad = ASCII.zero
      case UInt8(ascii: "_"): pad = ASCII.space
      case UInt8(ascii: "^"): isUpper = true
      case UInt8(ascii: "#"): isSwapped = true
      case UInt8(ascii: ":"): colons += 1
      case _ where octet.isASCIIDigit:
        // Nobody pads a date beyond this; a template that does must not fill the memory.
        width = min((width ?? 0) * 10 + Int(octet & 15), 64)
      default: return false
      }
      return true
    }

    func number(_ number: Int, _ width: Int, pad: UInt8 = ASCII.zero) -> [UInt8] {
      var digits: [UInt8] = []
      digits.append(decimal: number)
      if isUnpadded { return digits }
      let missing = (self.width ?? width) - digits.count
      return Array(repeating: self.pad ?? pad, count: max(0, missing)) + digits
    }

    func text(_ text: some StringProtocol) -> [UInt8] {
      var octets = Array(text.utf8)
      if isUpper || isSwapped { octets = octets.uppercased }
      let missing = (width ?? 0) - octets.count
      return Array(repeating: pad ?? ASCII.space, count: max(0, missing)) + octets
    }
  }

  /// - Returns: `nil` for a letter without meaning.
  private func directive(_ letter: UInt8, _ style: Style) -> [UInt8]? {
    let hour = date.hour % 12 == 0 ? 12 : date.hour % 12
    switch Unicode.Scalar(letter) {
    case "%": return [letter]
    case "n": return [ASCII.lineFeed]
    case "t": return [ASCII.tab]
    case "Y": return style.number(date.year, 4)
    case "C": return style.number(date.year / 100, 2)
    case "y": return style.number(date.year % 100, 2)
    case "m": return style.number(date.month, 2)
    case "B": return style.text(Self.months[date.month - 1])
    case "b", "h": return style.text(Self.months[date.month - 1].prefix(3))
    case "d": return style.number(date.day, 2)
    case "e": return style.number(date.day, 2, pad: ASCII.space)
    case "j": return style.number(dayOfYear, 3)
    case "H": return style.number(date.hour, 2)
    case "k": return style.number(date.hour, 2, pad: ASCII.space)
    case "I": return style.number(hour, 2)
    case "l": return style.number(hour, 2, pad: ASCII.space)
    case "M": return style.number(date.minute, 2)
    case "S": return style.number(date.second, 2)
    case "L": return style.number(milliseconds, 3)
    case "N": return style.number(milliseconds * 1_000_000, 9)
    case "p" where style.isSwapped: return style.text(date.hour < 12 ? "AM" : "PM").lowercasedASCII
    case "p": return style.text(date.hour < 12 ? "AM" : "PM")
    case "P": return style.text(date.hour < 12 ? "am" : "pm")
    case "A": return style.text(Self.weekdays[date.weekday])
    case "a": return style.text(Self.weekdays[date.weekday].prefix(3))
    case "u": return style.number(date.weekday == 0 ? 7 : date.weekday, 1)
    case "w": return style.number(date.weekday, 1)
    case "U": return style.number((dayOfYear + 6 - date.weekday) / 7, 2)
    case "W": return style.number((dayOfYear + 6 - (date.weekday + 6) % 7) / 7, 2)
    case "V": return style.number(week.number, 2)
    case "G": return style.number(week.year, 4)
    case "g": return style.number(week.year % 100, 2)
    case "s": return style.number(Int(moment.local.seconds) - moment.offsetSeconds, 1)
    case "z": return zone(colons: style.colons)
    case "Z": return style.text(moment.offsetSeconds == 0 ? "UTC" : "")
    default: return composed(letter)
    }
  }

  /// The letters that stand for several others.
  private func composed(_ letter: UInt8) -> [UInt8]? {
    let format: String
    switch Unicode.Scalar(letter) {
    case "c": format = "%a %b %e %H:%M:%S %Y"
    case "D", "x": format = "%m/%d/%y"
    case "F": format = "%Y-%m-%d"
    case "v": format = "%e-%^b-%Y"
    case "r": format = "%I:%M:%S %p"
    case "R": format = "%H:%M"
    case "T", "X": format = "%H:%M:%S"
    case "+": format = "%a %b %e %H:%M:%S %Z %Y"
    default: return nil
    }
    var output: [UInt8] = []
    return append(Array(format.utf8), to: &output, allowance: 64) ? output : nil
  }

  private var milliseconds: Int { Int(moment.local.milliseconds - moment.local.seconds * 1_000) }

  /// The week by ISO 8601: weeks begin on Monday, the first has the year's first Thursday.
  private var week: (number: Int, year: Int) {
    let thursday = dayOfYear + 3 - (date.weekday + 6) % 7
    let lengthOfYear = days(in: date.year)
    if thursday < 1 { return ((thursday + days(in: date.year - 1) + 6) / 7, date.year - 1) }
    if thursday > lengthOfYear { return (1, date.year + 1) }
    return ((thursday + 6) / 7, date.year)
  }

  private func days(in year: Int) -> Int {
    DateReader.daysSince1970(year + 1, 1, 1) - DateReader.daysSince1970(year, 1, 1)
  }

  private func zone(colons: Int) -> [UInt8] {
    let minutes = abs(moment.offsetSeconds) / 60
    var text: [UInt8] = [moment.offsetSeconds < 0 ? ASCII.hyphen : UInt8(ascii: "+")]
    text.append(decimal: minutes / 60, width: 2)
    if colons > 0 { text.append(":") }
    text.append(decimal: minutes % 60, width: 2)
    return text
  }
}
