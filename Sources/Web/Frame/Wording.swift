import Octets
import TimeZones

/// Figures and times as people read them.
enum Wording {
  /// `12480` as `12,480`.
  static func count(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    return number < 0 ? "−\(grouped)" : grouped
  }

  /// “1 message”, “2 messages”.
  static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(count(number)) \(number == 1 ? one : many)"
  }

  /// `1536` as `1.5 KB`.
  static func size(_ octets: Int) -> String {
    if octets < 1_024 { return "\(octets) bytes" }
    let units = ["KB", "MB", "GB", "TB"]
    var tenths = octets * 10 / 1_024
    var unit = 0
    while tenths >= 10_240, unit < units.count - 1 {
      tenths /= 1_024
      unit += 1
    }
    let fraction = tenths % 10 == 0 || tenths >= 1_000 ? "" : ".\(tenths % 10)"
    return "\(tenths / 10)\(fraction) \(units[unit])"
  }

  /// “2 min 5 s”, “3 h 10 min”, “2 days”.
  static func duration(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3_600:
      return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400:
      let minutes = seconds % 3_600 / 60
      return minutes == 0 ? "\(seconds / 3_600) h" : "\(seconds / 3_600) h \(minutes) min"
    default:
      let days = seconds / 86_400
      return days == 1 ? "1 day" : "\(count(Int(days))) days"
    }
  }
}
