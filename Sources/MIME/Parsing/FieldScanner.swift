import Octets

/// The fields of one header, found line by line.
struct FieldScanner {
  /// What a line was.
  enum Verdict { case taken, emptyLine, notAField }

  private(set) var fields: [ParsedField] = []
  private(set) var defects: [MessageDefect] = []
  private let source: [UInt8]
  private let room: Int
  private var pending = Pending.none
  private var isFirst = true

  /// The field whose lines are not all read.
  private enum Pending {
    case none, ignored
    case field(start: Int, nameCount: Int, valueStart: Int)
  }

  /// Keeps no more than `room` fields.
  init(_ source: [UInt8], room: Int) {
    self.source = source
    self.room = room
  }

  mutating func take(_ line: MessageLines.Line) -> Verdict {
    if line.isEmpty {
      finish(at: line.start)
      return .emptyLine
    }
    defer { isFirst = false }
    let first = source[line.start]
    if first == ASCII.space || first == ASCII.tab {
      if case .none = pending {
        note(.continuationWithoutField)
        pending = .ignored
      }
      return .taken
    }
    var colon = line.start
    while colon < line.end, 0x21...0x7E ~= source[colon], source[colon] != ASCII.colon {
      colon += 1
    }
    let nameCount = colon - line.start
    // Old mailers left white space before the colon (RFC 5322 §4.5).
    while colon < line.end, source[colon] == ASCII.space || source[colon] == ASCII.tab {
      colon += 1
    }
    guard colon < line.end, source[colon] == ASCII.colon else { return takeOther(line) }
    finish(at: line.start)
    if nameCount == 0 {
      note(.fieldWithoutName)
      pending = .ignored
    } else if fields.count >= room {
      note(.tooManyFields)
      pending = .ignored
    } else {
      pending = .field(start: line.start, nameCount: nameCount, valueStart: colon + 1)
    }
    return .taken
  }

  private mutating func takeOther(_ line: MessageLines.Line) -> Verdict {
    let words = source[line.start..<line.end]
    guard words.starts(with: "From ".utf8) || words.starts(with: ">From ".utf8) else {
      finish(at: line.start)
      note(.noEmptyLine)
      return .notAField
    }
    finish(at: line.start)
    if !isFirst { note(.misplacedEnvelopeLine) }
    pending = .ignored
    return .taken
  }

  /// Ends the last field where the header ends.
  mutating func finish(at end: Int) {
    if case .field(let start, let nameCount, let valueStart) = pending {
      var end = end
      while end > valueStart,
        source[end - 1] == ASCII.lineFeed
          || source[end - 1] == ASCII.carriageReturn
      { end -= 1 }
      fields.append(
        ParsedField(raw: source[start..<end], nameCount: nameCount, valueStart: valueStart))
    }
    pending = .none
  }

  /// Each defect counts once a header.
  private mutating func note(_ defect: MessageDefect) {
    if !defects.contains(defect) { defects.append(defect) }
  }
}

extension ASCII {
  static var colon: UInt8 { 0x3A }
  static var semicolon: UInt8 { 0x3B }
  static var comma: UInt8 { 0x2C }
  static var question: UInt8 { 0x3F }
}
