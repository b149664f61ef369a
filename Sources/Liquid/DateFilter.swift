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
