public import Octets

extension Timestamp {
  /// Appends the moment in UTC as the `Date` field has it: `Thu, 20 Nov 2025 09:30:00 +0000`
  /// (RFC 5322 §3.3).
  public func appendMailDate(to header: inout [UInt8]) {
    let date = civil
    header.append(Timestamp.weekdays[date.weekday % 7])
    header.append(", ")
    header.append(decimal: date.day, width: 2)
    header.append(" ")
    header.append(Timestamp.months[(date.month - 1) % 12])
    header.append(" ")
    header.append(decimal: date.year, width: 4)
    header.append(" ")
    header.append(decimal: date.hour, width: 2)
    header.append(":")
    header.append(decimal: date.minute, width: 2)
    header.append(":")
    header.append(decimal: date.second, width: 2)
    header.append(" +0000")
  }

  private static let weekdays: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
