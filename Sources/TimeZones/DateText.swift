public import Octets

extension Zone {
  /// As in `2026-05-01 09:30`.
  public func numeric(_ moment: Timestamp) -> String {
    let shown = civil(at: moment)
    var text: [UInt8] = []
    text.append(date: shown)
    text.append(" ")
    text.append(time: shown)
    return String(decoding: text, as: UTF8.self)
  }

  /// As in `1 May 2026, 09:30`.
  public func written(_ moment: Timestamp) -> String {
    let shown = civil(at: moment)
    var text: [UInt8] = []
    text.append(decimal: shown.day)
    text.append(" ")
    text.append(month: shown.month)
    text.append(" ")
    text.append(decimal: shown.year)
    text.append(", ")
    text.append(time: shown)
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  mutating func append(date: Timestamp.Civil) {
    append(decimal: date.year, width: 4)
    append("-")
    append(decimal: date.month, width: 2)
    append("-")
    append(decimal: date.day, width: 2)
  }

  /// Hours and minutes.
  mutating func append(time: Timestamp.Civil) {
    append(decimal: time.hour, width: 2)
    append(":")
    append(decimal: time.minute, width: 2)
  }

  fileprivate mutating func append(month: Int) {
    switch month {
    case 1: append("January")
    case 2: append("February")
    case 3: append("March")
    case 4: append("April")
    case 5: append("May")
    case 6: append("June")
    case 7: append("July")
    case 8: append("August")
    case 9: append("September")
    case 10: append("October")
    case 11: append("November")
    default: append("December")
    }
  }
}
