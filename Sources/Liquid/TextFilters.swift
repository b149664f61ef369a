import Octets

/// The filters that cut and replace text.
extension Renderer {
  /// `remove…` and `replace…`.
  mutating func replace(
    _ filter: Filter, in text: [UInt8], _ arguments: [Value]
  ) throws(RenderError) -> [UInt8] {
    let wanted = try self.text(of: arguments.first ?? .null)
    let isRemoval = [.remove, .remove_first, .remove_last].contains(filter)
    let replacement =
      isRemoval || arguments.count < 2 ? [] : try self.text(of: arguments[1])
    switch filter {
    case .remove_first, .replace_first:
      guard let found = text.firstRange(ofOctets: wanted, from: 0) else { return text }
      return try text.replacing(found, with: replacement, paidBy: &self)
    case .remove_last, .replace_last:
      guard let found = text.lastRange(ofOctets: wanted) else { return text }
      return try text.replacing(found, with: replacement, paidBy: &self)
    default:
      return try replaceAll(wanted, in: text, with: replacement)
    }
  }

  private mutating func replaceAll(
    _ wanted: [UInt8], in text: [UInt8], with replacement: [UInt8]
  ) throws(RenderError) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    if wanted.isEmpty {
      // Nothing is found before every character and at the end.
      for (at, octet) in text.enumerated() {
        if !octet.isContinuation {
          try spend(bytes: replacement.count + 1)
          result.append(contentsOf: replacement)
        }
        result.append(text[at])
      }
      return result + replacement
    }
    while let found = text.firstRange(ofOctets: wanted, from: start) {
      try spend(bytes: found.lowerBound - start + replacement.count + 1)
      result.append(contentsOf: text[start..<found.lowerBound])
      result.append(contentsOf: replacement)
      start = found.upperBound
    }
    result.append(contentsOf: text[start...])
    return result
  }

  mutating func split(_ text: [UInt8], by separator: [UInt8]) throws(RenderError) -> Value {
    var pieces: [Value] = []
    var start = 0
    while start < text.count, let found = nextSeparator(separator, in: text, from: start) {
      // A space also stands for several, and for those at the beginning.
      if separator != [ASCII.space] || found.lowerBound > start {
        try add(text[start..<found.lowerBound], to: &pieces)
      }
      start = found.upperBound
    }
    try add(text[start...], to: &pieces)
    while pieces.last?.isEmpty == true { pieces.removeLast() }
    return .array(pieces)
  }

  private func nextSeparator(
    _ separator: [UInt8], in text: [UInt8], from start: Int
  ) -> Range<Int>? {
    if separator.isEmpty {
      let next = text[(start + 1)...].firstIndex { !$0.isContinuation }
      return next.map { $0..<$0 }
    }
    if separator == [ASCII.space] {
      return text[start...].firstIndex(where: \.isASCIIWhitespace).map { $0..<$0 + 1 }
    }
    return text.firstRange(ofOctets: separator, from: start)
  }

  private mutating func add(
    _ piece: ArraySlice<UInt8>, to pieces: inout [Value]
  ) throws(RenderError) {
    // However short, a piece is an allocation of its own with a place in the list.
    try spend(bytes: piece.count + 96)
    pieces.append(.string(Array(piece)))
  }

  mutating func truncate(
    _ text: [UInt8], _ arguments: [Value]
  ) throws(RenderError) -> [UInt8] {
    var length = 50
    if let argument = arguments.first { length = try requiredWholeNumber(argument, .truncate) }
    let ending = try arguments.count > 1 ? self.text(of: arguments[1]) : Array("...".utf8)
    guard text.characterCount > length else { return text }
    let kept = text.prefix(characters: max(0, max(0, length) - ending.characterCount))
    return try paid(kept + ending)
  }

  mutating func truncateWords(
    _ text: [UInt8], _ arguments: [Value]
  ) throws(RenderError) -> [UInt8] {
    var count = 15
    if let argument = arguments.first { count = try requiredWholeNumber(argument, .truncatewords) }
    let ending = try arguments.count > 1 ? self.text(of: arguments[1]) : Array("...".utf8)
    count = max(1, count)
    let words = text.split(maxSplits: count, whereSeparator: \.isASCIIWhitespace)
    guard words.count > count else { return text }
    return try paid(Array(words[..<count].joined(separator: [ASCII.space])) + ending)
  }

  mutating func slice(_ input: Value, _ arguments: [Value]) throws(RenderError) -> Value {
    let offset = try requiredWholeNumber(arguments.first ?? .null, .slice)
    var length = 1
    if arguments.count > 1, arguments[1] != .null {
      length = try requiredWholeNumber(arguments[1], .slice)
    }
    func bounds(_ count: Int) -> Range<Int>? {
      let start = offset < 0 ? offset &+ count : offset
      guard length >= 0, start >= 0, start <= count else { return nil }
      return start..<start + min(length, count - start)
    }
    if case .array(let items) = input {
      guard let bounds = bounds(items.count) else { return .array([]) }
      try spend(steps: bounds.count)
      return .array(Array(items[bounds]))
    }
    let text = try text(of: input)
    try spend(bytes: text.count)
    guard let bounds = bounds(text.characterCount) else { return .string([]) }
    let rest = text[text.index(afterCharacters: bounds.lowerBound)...]
    return .string(Array(rest.prefix(characters: bounds.count)))
  }
}

extension [UInt8] {
  var trimmingEnd: [UInt8] {
    let end = lastIndex { !$0.isASCIIWhitespace }.map { $0 + 1 } ?? 0
    return Array(self[..<end])
  }

  var withoutNewlines: [UInt8] {
    // A carriage return goes only with its line feed.
    enumerated().filter { at, octet in
      octet != ASCII.lineFeed
        && !(octet == ASCII.carriageReturn && at + 1 < count && self[at + 1] == ASCII.lineFeed)
    }.map(\.element)
  }

  /// With `<br />` before every line feed.
  var withLineBreaks: [UInt8] {
    var result: [UInt8] = []
    for (at, octet) in enumerated() {
      if octet == ASCII.carriageReturn, at + 1 < count, self[at + 1] == ASCII.lineFeed { continue }
      if octet == ASCII.lineFeed { result.append("<br />") }
      result.append(octet)
    }
    return result
  }

  // Beyond ASCII the standard library knows the case of letters only for a `String`.

  var uppercased: [UInt8] {
    guard allSatisfy({ $0 < 0x80 }) else {
      return Array(String(decoding: self, as: UTF8.self).uppercased().utf8)
    }
    return map { $0 &- 0x61 < 26 ? $0 & ~0x20 : $0 }
  }

  var lowercased: [UInt8] {
    guard allSatisfy({ $0 < 0x80 }) else {
      return Array(String(decoding: self, as: UTF8.self).lowercased().utf8)
    }
    return lowercasedASCII
  }

  /// The first letter large, all others small.
  var capitalized: [UInt8] {
    let head = Array(prefix(characters: 1))
    return head.uppercased + Array(self[head.count...]).lowercased
  }

  fileprivate func replacing(
    _ range: Range<Int>, with replacement: [UInt8], paidBy renderer: inout Renderer
  ) throws(RenderError) -> [UInt8] {
    try renderer.spend(bytes: count + replacement.count)
    return Array(self[..<range.lowerBound]) + replacement + self[range.upperBound...]
  }
}
