import Octets

extension Renderer {
  /// The `date` filter; what is not a date stays as it is.
  mutating func date(_ input: Value, _ format: Value) throws(RenderError) -> Value {
    let format = try text(of: format)
    guard !format.isEmpty, let moment = try moment(input) else { return input }
    var text: [UInt8] = []
    try spend(bytes: format.count)
    guard DateFormat(moment).append(format, to: &text, allowance: work) else {
      throw RenderError(.limit, "a date is too long to print")
    }
    return .string(try paid(text))
  }

  private func moment(_ value: Value) throws(RenderError) -> Moment? {
    switch value {
    case .integer(let seconds): return Moment(seconds: seconds)
    case .string(let text), .markup(let text):
      if text.equalsIgnoringASCIICase("now") || text.equalsIgnoringASCIICase("today") {
        return now.map { Moment(at: $0) }
      }
      if !text.isEmpty, text.count < 18, text.allSatisfy(\.isASCIIDigit) {
        return Moment(seconds: Number.leadingInteger(text))
      }
      return text.count <= 128 ? DateReader(text).moment : nil
    default: return nil
    }
  }
}

/// A point in time as somewhere's clocks and calendar show it.
struct Moment {
  /// The local time as if it were UTC.
  let local: Timestamp
  /// How far local time is ahead of UTC.
  let offsetSeconds: Int

  init(local: Timestamp, offsetSeconds: Int) {
    self.local = local
    self.offsetSeconds = offsetSeconds
  }

  init(at time: Timestamp) { self.init(local: time, offsetSeconds: 0) }

  /// - Returns: `nil` beyond the year 9999.
  init?(seconds: Int) {
    guard abs(seconds.magnitudeClamped) < 253_402_300_800 else { return nil }
    self.init(at: Timestamp(seconds: Int64(seconds)))
  }
}

extension Int {
  fileprivate var magnitudeClamped: Int { self == .min ? .max : self }
}
