import Octets

/// Reads the dates that people and programs write: `March 14, 2016`, `14 Mar 2016 10:30`,
/// `2016-03-14T10:30:00+01:00`, `2016/03/14`, `Mon, 14 Mar 2016 10:30:00 GMT`.
struct DateReader {
  /// `nil` for what is not a date.
  private(set) var moment: Moment?

  private var year: Int?
  private var month: Int?
  private var day: Int?
  private var seconds = 0
  private var offset = 0
  private var hasTime = false

  init(_ text: [UInt8]) {
    var rest = text[...]
    while let octet = rest.first {
      let isRead: Bool
      switch octet {
      case _ where octet.isASCIIDigit: isRead = readNumber(&rest)
      case _ where octet.isASCIILetter: isRead = readWord(&rest)
      case UInt8(ascii: "+"), ASCII.hyphen:
        isRead = hasTime && year != nil ? readOffset(&rest) : readSeparator(&rest)
      default: isRead = readSeparator(&rest)
      }
      guard isRead else { return }
    }
    finish()
  }

  private mutating func finish() {
    guard let year, let month, (1...12).contains(month), let days = Self.days(year, month),
      (1...days).contains(day ?? 1)
    else { return }
    let midnight = Self.daysSince1970(year, month, day ?? 1) * 86_400
    moment = Moment(
      local: Timestamp(seconds: Int64(midnight + seconds)), offsetSeconds: offset)
  }

  private mutating func readSeparator(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let separators = Array(" ,-/.\t\n()".utf8)
    return separators.contains(rest.removeFirst())
  }

  private mutating func readWord(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let word = rest.prefix(while: \.isASCIILetter).lowercasedASCII
    rest = rest.dropFirst(word.count)
    switch String(decoding: word, as: UTF8.self) {
    case "t": return year != nil
    case "z", "utc", "gmt": return hasTime
    case "am", "a":
      guard hasTime else { return false }
      if seconds / 3_600 == 12 { seconds -= 43_200 }
      return true
    case "pm", "p":
      guard hasTime else { return false }
      if seconds / 3_600 < 12 { seconds += 43_200 }
      return true
    case "st", "nd", "rd", "th", "of", "at": return true
    default: break
    }
    guard word.count >= 3 else { return false }
    if let found = Self.months.firstIndex(where: { $0.starts(with: word) }) {
      guard month == nil else { return false }
      month = found + 1
      return true
    }
    return Self.weekdays.contains { $0.starts(with: word) }
  }

  private mutating func readNumber(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let digits = rest.prefix(while: \.isASCIIDigit)
    guard digits.count <= 9 else { return false }
    let number = Number.leadingInteger(Array(digits))
    rest = rest[digits.endIndex...]
    if rest.first == UInt8(ascii: ":") { return readTime(hours: number, &rest) }
    if digits.count == 4 {
      guard year == nil else { return hasTime }
      year = number
    } else if digits.count == 8, year == nil, month == nil {
      (year, month, day) = (number / 10_000, number / 100 % 100, number % 100)
    } else if digits.count > 2 {
      return false
    } else if year != nil, month == nil {
      month = number
    } else if day == nil {
      day = number
    } else if year == nil, month != nil {
      year = number + (number < 69 ? 2_000 : 1_900)
    } else {
      return false
    }
    return true
  }

  private mutating func readTime(hours: Int, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard !hasTime, hours < 24, let minutes = readPart(&rest), minutes < 60 else { return false }
    var second = 0
    if rest.first == UInt8(ascii: ":") {
      guard let part = readPart(&rest), part <= 60 else { return false }
      second = part
      if rest.first == ASCII.dot {
        rest = rest.dropFirst().drop(while: \.isASCIIDigit)
      }
    }
    (hasTime, seconds) = (true, hours * 3_600 + minutes * 60 + second)
    return true
  }

  /// A colon and two digits.
  private func readPart(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.dropFirst().prefix(while: \.isASCIIDigit)
    guard digits.count == 2 else { return nil }
    rest = rest[digits.endIndex...]
    return Number.leadingInteger(Array(digits))
  }

  private mutating func readOffset(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let sign = rest.removeFirst() == ASCII.hyphen ? -1 : 1
    let digits = rest.prefix { $0.isASCIIDigit || $0 == UInt8(ascii: ":") }
    rest = rest[digits.endIndex...]
    let number = Number.leadingInteger(digits.filter(\.isASCIIDigit))
    guard (1...5).contains(digits.count), number < 2_400 else { return false }
    offset = sign * (digits.count <= 2 ? number * 3_600 : number / 100 * 3_600 + number % 100 * 60)
    return true
  }

  private static let months = DateFormat.months.map { Array($0.utf8).lowercasedASCII }
  private static let weekdays = DateFormat.weekdays.map { Array($0.utf8).lowercasedASCII }

  private static func days(_ year: Int, _ month: Int) -> Int? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// By the proleptic Gregorian calendar.
  static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // Years are counted from 1 March, so that the leap day is the last of its year.
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
