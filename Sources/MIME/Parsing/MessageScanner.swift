import Octets

/// Finds the parts of a message in one pass over its lines.
///
/// Every line that begins with `--` is held against the boundaries of all multiparts that are open,
/// the innermost first, so that a part ends where any of those around it goes on.
struct MessageScanner {
  private(set) var parts: [MessagePart]
  private var lines: MessageLines
  private var fields: FieldScanner
  private var room: Int
  /// How many transfer encodings of messages lie around this source.
  private let decodings: Int
  /// The parts that the current line lies in.
  private var open: [OpenPart] = []
  private var openBoundaries = 0
  private var place = Place.header

  /// More would let a small message hold its content many times over.
  private static let mostDecodings = 3

  private enum Place { case header, content, between }

  /// A part that has not ended.
  private struct OpenPart {
    let index: Int
    var bodyStart: Int
    /// Two hyphens and the boundary; `nil` for what is no multipart, or closed.
    var delimiter: [UInt8]?
  }

  static func scan(_ source: [UInt8]) -> [MessagePart] {
    var scanner = MessageScanner(
      source, parts: [], room: ParsedMessage.mostFields, decodings: 0)
    scanner.run(parent: nil)
    return scanner.parts
  }

  private init(_ source: [UInt8], parts: [MessagePart], room: Int, decodings: Int) {
    lines = MessageLines(source)
    fields = FieldScanner(source, room: room)
    self.parts = parts
    self.room = room
    self.decodings = decodings
  }

  private var source: [UInt8] { lines.source }

  private mutating func run(parent: Int?) {
    begin(parent: parent, at: 0)
    while let line = lines.next() {
      if openBoundaries > 0, let (level, isLast) = boundary(line) {
        divide(at: line, level: level, isLast: isLast)
      } else if place == .header {
        takeHeaderLine(line)
      }
      if openBoundaries == 0, place != .header { lines.skipRest() }
    }
    close(downTo: 0, at: source.count)
  }

  /// Which open multipart a line divides, and whether for the last time.
  private func boundary(_ line: MessageLines.Line) -> (level: Int, isLast: Bool)? {
    guard line.end - line.start > 2, source[line.start] == ASCII.hyphen,
      source[line.start + 1] == ASCII.hyphen
    else { return nil }
    var end = line.end
    while source[end - 1].isASCIIWhitespace { end -= 1 }
    let text = source[line.start..<end]
    for level in open.indices.reversed() {
      guard let delimiter = open[level].delimiter else { continue }
      if text.count == delimiter.count, text.elementsEqual(delimiter) { return (level, false) }
      if text.count == delimiter.count + 2, text.starts(with: delimiter),
        text.suffix(2).allSatisfy({ $0 == ASCII.hyphen })
      {
        return (level, true)
      }
    }
    return nil
  }

  private mutating func divide(at line: MessageLines.Line, level: Int, isLast: Bool) {
    // A boundary written twice begins one part, not an empty one and another.
    let isRepeated =
      place == .header && open.count == level + 2 && open[level + 1].bodyStart == line.start
    if isRepeated, !isLast {
      open[level + 1].bodyStart = line.next
      return
    }
    // The line ending before a boundary belongs to it (RFC 2046 §5.1.1).
    var end = line.start
    if end > 0 { end -= 1 }
    if end > 0, source[end - 1] == ASCII.carriageReturn { end -= 1 }
    close(downTo: level + 1, at: end)
    place = .between
    if isLast {
      open[level].delimiter = nil
      openBoundaries -= 1
      // A multipart that ends before it began has no parts.
      if parts[open[level].index].children.isEmpty {
        parts[open[level].index].note(.boundaryNotFound)
      }
    } else if parts.count < ParsedMessage.mostParts {
      begin(parent: open[level].index, at: line.next)
    } else {
      parts[open[level].index].note(.tooManyParts)
    }
  }

  private mutating func begin(parent: Int?, at start: Int) {
    let index = parts.count
    parts.append(MessagePart(parent: parent, depth: parent.map { parts[$0].depth + 1 } ?? 0))
    if let parent { parts[parent].children.append(index) }
    open.append(OpenPart(index: index, bodyStart: start))
    fields = FieldScanner(source, room: room)
    place = .header
  }

  private mutating func takeHeaderLine(_ line: MessageLines.Line) {
    switch fields.take(line) {
    case .taken: break
    case .emptyLine: endHeader(bodyStart: line.next)
    case .notAField:
      endHeader(bodyStart: line.start)
      // The line may be the first of a message inside.
      if place == .header { takeHeaderLine(line) }
    }
  }

  private mutating func endHeader(bodyStart: Int) {
    let part = readHeader(bodyStart: bodyStart)
    let type = parts[part].type
    place = .content
    if type.hasPrefix("multipart/") {
      openMultipart(part)
    } else if parts[part].isMessage, parts[part].encoding == .identity,
      canOpen(part)
    {
      begin(parent: part, at: bodyStart)
    }
  }

  /// - Returns: The index of the part whose header it was.
  private mutating func readHeader(bodyStart: Int) -> Int {
    let level = open.count - 1
    let part = open[level].index
    open[level].bodyStart = bodyStart
    room -= fields.fields.count
    parts[part].fields = fields.fields
    parts[part].defects += fields.defects
    let isInDigest = parts[part].parent.map { parts[$0].type == "multipart/digest" } ?? false
    parts[part].readHeader(defaultType: isInDigest ? "message/rfc822" : "text/plain")
    return part
  }

  /// Whether a part may have parts inside.
  private mutating func canOpen(_ part: Int) -> Bool {
    if parts[part].depth >= ParsedMessage.deepestPart {
      parts[part].note(.tooDeep)
      return false
    }
    if parts.count >= ParsedMessage.mostParts {
      parts[part].note(.tooManyParts)
      return false
    }
    return true
  }

  private mutating func openMultipart(_ part: Int) {
    guard canOpen(part) else { return }
    var delimiter = parts[part].contentType?.octets("boundary") ?? []
    while delimiter.last?.isASCIIWhitespace == true { delimiter.removeLast() }
    guard !delimiter.isEmpty else {
      parts[part].note(.noBoundary)
      return
    }
    open[open.count - 1].delimiter = [ASCII.hyphen, ASCII.hyphen] + delimiter
    openBoundaries += 1
    place = .between
  }

  /// Ends all open parts from the innermost to that of `level`.
  private mutating func close(downTo level: Int, at end: Int) {
    if place == .header, open.count > level {
      fields.finish(at: end)
      let part = readHeader(bodyStart: end)
      if !parts[part].fields.isEmpty { parts[part].note(.noEmptyLine) }
    }
    while open.count > level, let last = open.popLast() {
      let isDivided = !parts[last.index].children.isEmpty
      if last.delimiter != nil {
        openBoundaries -= 1
        parts[last.index].note(isDivided ? .boundaryNotClosed : .boundaryNotFound)
      }
      parts[last.index].body = source[min(last.bodyStart, end)..<end]
      parts[last.index].decodeBody()
      if parts[last.index].isMessage, parts[last.index].encoding != .identity {
        scanEncodedMessage(last.index)
      }
    }
  }

  /// Reads a message that has a transfer encoding, which it should not (RFC 2046 §5.2.1).
  private mutating func scanEncodedMessage(_ part: Int) {
    guard canOpen(part) else { return }
    guard decodings < MessageScanner.mostDecodings else {
      parts[part].note(.tooDeep)
      return
    }
    let content = Array(parts[part].content)
    var inner = MessageScanner(content, parts: parts, room: room, decodings: decodings + 1)
    parts = []
    inner.run(parent: part)
    parts = inner.parts
    room = inner.room
  }
}
