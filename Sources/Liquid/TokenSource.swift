import Octets

/// A piece of template text between what surrounds it: literal text, an output or a tag.
enum Token {
  case text(Range<Int>)
  case output(Range<Int>, at: Int)
  case tag(Tag)
}

/// A tag as written, with its name split off.
struct Tag {
  let name: String
  let markup: Range<Int>
  let offset: Int
}

/// A stretch of source that is handed out token by token.
struct TokenSource {
  enum Form {
    case template
    /// The inside of a `liquid` tag: a tag a line.
    case lines
  }

  let form: Form
  private let text: [UInt8]
  private var position: Int
  private let end: Int
  private let singleBraceNames: Set<[UInt8]>
  private let longestName: Int
  /// Whether the token before ended with `-%}` or `-}}`.
  private var trimsNext = false

  init(_ form: Form, _ text: [UInt8], _ range: Range<Int>, singleBraceNames: Set<[UInt8]>) {
    self.form = form
    self.text = text
    position = range.lowerBound
    end = range.upperBound
    self.singleBraceNames = singleBraceNames
    longestName = singleBraceNames.map(\.count).max() ?? 0
  }

  /// - Returns: `nil` at the end.
  mutating func next() throws(Fault) -> Token? {
    form == .lines ? try nextLine() : try nextPiece()
  }

  private func isAt(_ offset: Int, _ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    offset + 1 < end && text[offset] == UInt8(ascii: first)
      && text[offset + 1] == UInt8(ascii: second)
  }

  private mutating func nextPiece() throws(Fault) -> Token? {
    while position < end {
      if isAt(position, "{", "{") { return try output() }
      if isAt(position, "{", "%") { return .tag(try tag()) }
      if let name = placeholder(at: position) {
        defer { position = name.upperBound + 1 }
        trimsNext = false
        return .output(name, at: position)
      }
      let piece = literal()
      if !piece.isEmpty { return .text(piece) }
    }
    return nil
  }

  /// The text up to the next token, trimmed as the tokens around it ask.
  private mutating func literal() -> Range<Int> {
    var start = position
    position += 1
    while position < end {
      if text[position] == UInt8(ascii: "{"),
        isAt(position, "{", "{") || isAt(position, "{", "%") || placeholder(at: position) != nil
      {
        break
      }
      position += 1
    }
    var stop = position
    if trimsNext { while start < stop, text[start].isASCIIWhitespace { start += 1 } }
    trimsNext = false
    if position + 2 < end, text[position + 2] == ASCII.hyphen,
      isAt(position, "{", "{") || isAt(position, "{", "%")
    {
      while stop > start, text[stop - 1].isASCIIWhitespace { stop -= 1 }
    }
    return start..<stop
  }

  /// The name between single braces, `nil` unless it is one of those accepted.
  private func placeholder(at offset: Int) -> Range<Int>? {
    guard longestName > 0, text[offset] == UInt8(ascii: "{") else { return nil }
    let window = text[offset + 1..<min(end, offset + longestName + 2)]
    guard let close = window.firstIndex(of: UInt8(ascii: "}")),
      singleBraceNames.contains(Array(text[offset + 1..<close]))
    else { return nil }
    return offset + 1..<close
  }

  private mutating func output() throws(Fault) -> Token {
    let offset = position
    return .output(try inside(closing: "}", of: "{{"), at: offset)
  }

  /// What is between the braces at the position, white space control aside.
  private mutating func inside(
    closing first: Unicode.Scalar, of opening: String
  ) throws(Fault) -> Range<Int> {
    let offset = position
    var start = offset + 2
    var close = start
    while close < end, !isAt(close, first, "}") { close += 1 }
    guard close < end else { throw Fault(at: offset, "'\(opening)' is never closed") }
    position = close + 2
    if start < close, text[start] == ASCII.hyphen { start += 1 }
    trimsNext = close > start && text[close - 1] == ASCII.hyphen
    return start..<(trimsNext ? close - 1 : close)
  }

  private mutating func tag() throws(Fault) -> Tag {
    let offset = position
    let inside = try inside(closing: "%", of: "{%")
    return try tag(in: inside, at: offset)
  }

  private func tag(in inside: Range<Int>, at offset: Int) throws(Fault) -> Tag {
    guard let tag = split(inside, at: offset) else {
      throw Fault(at: offset, "a tag begins with a name")
    }
    return tag
  }

  private func split(_ inside: Range<Int>, at offset: Int) -> Tag? {
    let trimmed = text[inside].trimmingASCIIWhitespace
    let name =
      trimmed.first == UInt8(ascii: "#") ? trimmed.prefix(1) : trimmed.prefix(while: \.isWord)
    guard !name.isEmpty else { return nil }
    let markup = trimmed[name.endIndex...].trimmingASCIIWhitespace
    return Tag(
      name: String(decoding: name, as: UTF8.self), markup: markup.startIndex..<markup.endIndex,
      offset: offset)
  }

  private mutating func nextLine() throws(Fault) -> Token? {
    while position < end {
      let line = nextLineRange()
      if !line.isEmpty { return .tag(try tag(in: line, at: line.lowerBound)) }
    }
    return nil
  }

  private mutating func nextLineRange() -> Range<Int> {
    let start = position
    while position < end, text[position] != ASCII.lineFeed { position += 1 }
    let line = text[start..<position].trimmingASCIIWhitespace
    position += 1
    return line.startIndex..<line.endIndex
  }
}

extension TokenSource {
  /// Passes over text that is not read as a template until `{% name %}`.
  ///
  /// - Returns: The text in between.
  mutating func skip(verbatim tag: Tag, until name: String) throws(Fault) -> Range<Int> {
    guard form == .template else {
      throw Fault(at: tag.offset, "'\(tag.name)' is not possible inside a liquid tag")
    }
    let start = position
    var at = start
    while at < end {
      if isAt(at, "{", "%"), let (found, stop, trims) = bareTag(at: at) {
        if found == name {
          (position, trimsNext) = (stop, trims)
          return start..<at
        }
        if found == tag.name, found == "doc" {
          throw Fault(at: at, "'doc' inside 'doc' is not possible")
        }
      }
      at += 1
    }
    throw Fault(at: tag.offset, "'\(tag.name)' is never closed")
  }

  /// A tag without markup at an offset, where it stops and whether it trims what follows.
  private func bareTag(at offset: Int) -> (name: String, stop: Int, trims: Bool)? {
    var at = offset + 2
    func skipSpace() { while at < end, text[at].isASCIIWhitespace { at += 1 } }
    if at < end, text[at] == ASCII.hyphen { at += 1 }
    skipSpace()
    let name = text[at..<min(end, at + 16)].prefix(while: \.isWord)
    at = name.endIndex
    skipSpace()
    let trims = at < end && text[at] == ASCII.hyphen
    if trims { at += 1 }
    guard !name.isEmpty, isAt(at, "%", "}") else { return nil }
    return (String(decoding: name, as: UTF8.self), at + 2, trims)
  }

  /// Passes over a comment, inner comments and raw blocks included.
  mutating func skip(comment tag: Tag) throws(Fault) {
    var depth = 1
    while position < end {
      let inner: Tag?
      if form == .lines {
        let line = nextLineRange()
        inner = split(line, at: line.lowerBound)
      } else if isAt(position, "{", "%") {
        let offset = position
        inner = split(try inside(closing: "%", of: "{%"), at: offset)
      } else {
        position += 1
        continue
      }
      switch inner?.name {
      case "comment": depth += 1
      case "endcomment": depth -= 1
      case "raw":
        if let inner, form == .template { _ = try skip(verbatim: inner, until: "endraw") }
      default: break
      }
      if depth == 0 { return }
    }
    throw Fault(at: tag.offset, "'comment' is never closed")
  }
}

extension UInt8 {
  /// A letter, a digit or an underscore.
  var isWord: Bool { isASCIILetter || isASCIIDigit || self == UInt8(ascii: "_") }

  /// An octet inside a UTF-8 character, not at its start.
  var isContinuation: Bool { self & 0xC0 == 0x80 }
}
