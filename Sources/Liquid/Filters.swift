import Octets

/// What each filter does.
extension Renderer {
  /// The input after a filter, given as many arguments as the filter's arity allows.
  mutating func apply(
    _ filter: Filter, to input: Value, _ arguments: [Value]
  ) throws(RenderError) -> Value {
    let first = arguments.first ?? .null
    switch filter {
    case .abs, .at_least, .at_most, .ceil, .divided_by, .floor, .minus, .modulo, .plus, .round,
      .times:
      try spend(bytes: (input.text?.count ?? 0) + (first.text?.count ?? 0))
      return try calculate(filter, Number(input), Number(first))

    case .compact, .concat, .find, .find_index, .has, .join, .map, .reject, .reverse, .sort,
      .sort_natural, .sum, .uniq, .where:
      return try applyToList(filter, input, arguments)

    case .default: return input
    case .first: return self.first(of: input)
    case .last: return self.last(of: input)
    case .size: return .integer(try size(of: input) ?? 0)
    case .slice: return try slice(input, arguments)
    case .date: return try date(input, first)

    default:
      let text = try text(of: input)
      try spend(bytes: text.count)
      if case .markup = input { return try apply(filter, toMarkup: text, arguments) }
      return try apply(filter, toText: text, arguments)
    }
  }

  private func calculate(
    _ filter: Filter, _ left: Number, _ right: Number
  ) throws(RenderError) -> Value {
    let result: Number?
    switch filter {
    case .abs: result = left.magnitude
    case .at_least: result = left < right ? right : left
    case .at_most: result = right < left ? right : left
    case .ceil: result = left.rounded(.up)
    case .floor: result = left.rounded(.down)
    case .round: result = left.rounded(to: right.integer ?? 0)
    case .minus: result = left - right
    case .plus: result = left + right
    case .times: result = left * right
    case .divided_by: result = left.divided(by: right)
    default: result = left.modulo(right)
    }
    guard let result else { throw RenderError("division by zero") }
    return result.value
  }

  /// Only filters that cannot turn harmless text into tags keep the mark of ready HTML; after all
  /// others the result is escaped again.
  private mutating func apply(
    _ filter: Filter, toMarkup text: [UInt8], _ arguments: [Value]
  ) throws(RenderError) -> Value {
    switch filter {
    case .raw, .escape, .h, .escape_once: return .markup(text)
    case .strip: return .markup(Array(text.trimmingASCIIWhitespace))
    case .lstrip: return .markup(Array(text.drop(while: \.isASCIIWhitespace)))
    case .rstrip: return .markup(text.trimmingEnd)
    case .strip_newlines: return .markup(text.withoutNewlines)
    case .newline_to_br: return .markup(try paid(text.withLineBreaks))
    case .append: return .markup(try joined(text, try escaped(arguments.first ?? .null)))
    case .prepend: return .markup(try joined(try escaped(arguments.first ?? .null), text))
    default: return try apply(filter, toText: text, arguments)
    }
  }

  private mutating func escaped(_ value: Value) throws(RenderError) -> [UInt8] {
    if case .markup(let text) = value { return text }
    let text = try text(of: value)
    return escaping == .html ? try paid(HTMLEscape.escaped(text)) : text
  }

  private mutating func apply(
    _ filter: Filter, toText text: [UInt8], _ arguments: [Value]
  ) throws(RenderError) -> Value {
    let first = arguments.first ?? .null
    switch filter {
    case .raw: return .markup(text)
    case .escape, .h: return .markup(try paid(HTMLEscape.escaped(text)))
    case .escape_once: return .markup(try paid(HTMLEscape.escapedOnce(text)))
    case .newline_to_br:
      guard escaping == .html else { return .string(try paid(text.withLineBreaks)) }
      return .markup(try paid(HTMLEscape.escaped(text).withLineBreaks))
    case .append, .prepend:
      if case .markup(let other) = first, escaping == .html {
        let text = try paid(HTMLEscape.escaped(text))
        return .markup(
          try filter == .append ? joined(text, other) : joined(other, text))
      }
      let other = try self.text(of: first)
      return .string(try filter == .append ? joined(text, other) : joined(other, text))

    case .strip: return .string(Array(text.trimmingASCIIWhitespace))
    case .lstrip: return .string(Array(text.drop(while: \.isASCIIWhitespace)))
    case .rstrip: return .string(text.trimmingEnd)
    case .strip_newlines: return .string(text.withoutNewlines)
    case .strip_html: return .string(StripHTML.strip(text))
    case .upcase: return .string(try paid(text.uppercased))
    case .downcase: return .string(try paid(text.lowercased))
    case .capitalize: return .string(try paid(text.capitalized))

    case .base64_encode, .base64_url_safe_encode:
      return .string(try paid(Base64.encode(text, isURLSafe: filter == .base64_url_safe_encode)))
    case .base64_decode, .base64_url_safe_decode:
      let isURLSafe = filter == .base64_url_safe_decode
      guard let decoded = Base64.decode(text, isURLSafe: isURLSafe) else {
        throw RenderError("'\(filter.rawValue)' was given what is not base64")
      }
      return .string(try valid(decoded, filter))
    case .url_encode: return .string(try paid(URLCode.encode(text)))
    case .url_decode: return .string(try valid(URLCode.decode(text), filter))

    case .split: return try split(text, by: try self.text(of: first))
    case .truncate: return .string(try truncate(text, arguments))
    case .truncatewords: return .string(try truncateWords(text, arguments))
    default: return .string(try replace(filter, in: text, arguments))
    }
  }

  /// Takes the price of a text that a filter made from one not much shorter.
  mutating func paid(_ text: [UInt8]) throws(RenderError) -> [UInt8] {
    try spend(bytes: text.count)
    return text
  }

  private func valid(_ text: [UInt8], _ filter: Filter) throws(RenderError) -> [UInt8] {
    guard String(validating: text, as: UTF8.self) != nil else {
      throw RenderError("'\(filter.rawValue)' made what is not UTF-8")
    }
    return text
  }

  private mutating func joined(
    _ left: [UInt8], _ right: [UInt8]
  ) throws(RenderError) -> [UInt8] {
    try spend(bytes: left.count + right.count)
    return left + right
  }

  /// A whole number as an argument, `nil` unless it is one or the text of one.
  func wholeNumber(_ value: Value) -> Int? {
    switch value {
    case .integer(let number): number
    case .string(let text), .markup(let text):
      text.count > 32
        ? nil : Int(String(decoding: text.trimmingASCIIWhitespace, as: UTF8.self))
    default: nil
    }
  }

  func requiredWholeNumber(_ value: Value, _ filter: Filter) throws(RenderError) -> Int {
    guard let number = wholeNumber(value) else {
      throw RenderError("'\(filter.rawValue)' needs a whole number")
    }
    return number
  }
}
