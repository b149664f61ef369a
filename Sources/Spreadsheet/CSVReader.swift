import Octets

/// How a CSV file is to be read; what is `nil` is found out from its first octets.
public struct CSVOptions: Sendable {
  public var delimiter: Delimiter?
  public var encoding: TextEncoding?
  /// The longest record, in octets of UTF-8.
  public var limit = 1 << 20
  /// How many octets are asked of the file at a time.
  public var chunk = 1 << 17

  public init(delimiter: Delimiter? = nil, encoding: TextEncoding? = nil) {
    self.delimiter = delimiter
    self.encoding = encoding
  }
}

/// The records of a CSV file, one after the other, in memory that does not grow with the file.
///
/// Without an encoding asked for, a byte order mark decides; else text that is UTF-8 stays UTF-8,
/// and anything else is Windows-1252. A file that begins as UTF-8 and breaks off it later is an
/// error at that line, once the records before have been read.
public struct CSVReader: ~Copyable, Sendable {
  let dialect: Dialect
  /// How many octets the file has, `nil` for a pipe.
  public let size: Int?

  private let limit: Int
  private var source: ByteSource
  private var scanner: RecordScanner
  /// Text that has been checked, and what is left of a cut-off character.
  private var buffer: [UInt8] = []
  private var checked = 0
  private var start = 0
  /// Where `start` is in the file.
  private var offset: Int
  private var line: Int
  /// What the file gave last, behind `carried` octets of the time before.
  private var chunk: [UInt8]
  private var carried = 0
  private let chunkLength: Int
  private var isAtEnd = false
  /// What is wrong behind the checked text.
  private var defect: UTF8Check.Finding?

  public init(path: String, options: CSVOptions = CSVOptions()) throws(SpreadsheetError) {
    let source = try ByteSource(path: path)
    try self.init(source, options: options)
  }

  public init(bytes: [UInt8], options: CSVOptions = CSVOptions()) throws(SpreadsheetError) {
    let source = ByteSource(bytes: bytes)
    try self.init(source, options: options)
  }

  private init(
    _ opened: consuming ByteSource, options: CSVOptions
  ) throws(SpreadsheetError) {
    var source = opened
    dialect = try Dialect(of: &source, options: options)
    offset = dialect.offset
    line = dialect.line
    size = source.size
    scanner = RecordScanner(delimiter: dialect.delimiter)
    limit = min(max(options.limit, 1), 1 << 26)
    chunkLength = min(max(options.chunk, 1), 1 << 24)
    // Room for a character whose beginning the last chunk held.
    chunk = [UInt8](repeating: 0, count: chunkLength + 4)
    self.source = source
  }

  public var encoding: TextEncoding { dialect.encoding }
  public var delimiter: Delimiter { dialect.delimiter }

  /// Reads the next record that is not an empty line.
  ///
  /// - Returns: Whether there was one; otherwise `row` has no cells, and keeps its place.
  public mutating func next(into row: inout Row) throws(SpreadsheetError) -> Bool {
    while true {
      let begin = start
      let isLast = isAtEnd && defect == nil
      let verdict = buffer.withUnsafeBufferPointer { text in
        let verdict = scanner.scan(
          UnsafeBufferPointer(rebasing: text[..<checked]), from: begin, isLast: isLast,
          cells: &row.cells)
        if case .record(let end, _, _) = verdict, end &- begin <= limit {
          row.fill(from: UnsafeBufferPointer(rebasing: text[begin..<end]), quoted: scanner.quoted)
        }
        return verdict
      }
      switch verdict {
      case .record(let end, let next, let breaks):
        guard end - begin <= limit else { throw overlong() }
        row.line = line
        advance(to: next, breaks: breaks)
        row.nextLine = line
        row.endOffset = offset
        return true
      case .blank(let next): advance(to: next, breaks: 1)
      case .end: return false
      case .openQuote(let quote):
        guard checked - begin <= limit + 1 else { throw overlong() }
        guard !isLast else { throw .unclosedQuote(line: lineNumber(at: quote)) }
        try refill()
      case .more:
        // One more, because the record may end in a CR whose LF is still to come.
        guard checked - begin <= limit + 1 else { throw overlong() }
        try refill()
      case .tooManyCells:
        guard checked - begin <= limit else { throw overlong() }
        throw .tooManyColumns(line: line, limit: RecordScanner.mostCells)
      }
    }
  }

  /// Goes on behind a record of an earlier reading of the same file, before any `next`.
  ///
  /// - Throws: `cannotResume` where no record can end.
  mutating func resume(at offset: Int, line: Int) throws(SpreadsheetError) {
    let unit = encoding.unit
    guard offset >= unit, try source.move(to: offset - unit) else {
      throw .cannotResume(offset: offset)
    }
    var before = [UInt8](repeating: 0, count: unit)
    var read = 0
    while read < unit {
      let got = try source.read(into: &before, at: read, most: unit - read)
      guard got > 0 else { throw .cannotResume(offset: offset) }
      read += got
    }
    var character: [UInt8] = []
    _ = Transcoder.append(before[...], in: encoding, to: &character)
    let isBreak = character == [ASCII.lineFeed] || character == [ASCII.carriageReturn]
    guard isBreak || offset == size else { throw .cannotResume(offset: offset) }
    buffer = []
    (checked, start, carried, isAtEnd, defect) = (0, 0, 0, false, nil)
    (self.offset, self.line) = (offset, line)
  }

  private mutating func advance(to next: Int, breaks: Int) {
    if encoding == .utf8 {
      offset += next - start
    } else {
      let begin = start
      offset += buffer.withUnsafeBufferPointer { encoding.fileLength(of: $0[begin..<next]) }
    }
    start = next
    line += breaks
  }

  private func lineNumber(at position: Int) -> Int {
    buffer.withUnsafeBufferPointer {
      line + RecordScanner.breaks(in: $0, from: start, to: min(position, checked))
    }
  }

  /// Says what is wrong with a record beyond the limit, from its first `limit` octets alone, so
  /// that the answer is the same however the file was cut into chunks.
  private func overlong() -> SpreadsheetError {
    var scanner = scanner
    var cells: [Row.Cell] = []
    let end = min(start + limit, checked)
    let verdict = buffer.withUnsafeBufferPointer {
      scanner.scan(
        UnsafeBufferPointer(rebasing: $0[..<end]), from: start, isLast: false, cells: &cells)
    }
    switch verdict {
    case .tooManyCells: return .tooManyColumns(line: line, limit: RecordScanner.mostCells)
    case .openQuote(let quote) where lineNumber(at: end) > lineNumber(at: quote):
      return .unclosedQuote(line: lineNumber(at: quote))
    default: return .lineTooLong(line: line, limit: limit)
    }
  }

  /// Reads at least a chunk, and as much as lies unfinished, so that a long record is scanned
  /// over few times.
  private mutating func refill() throws(SpreadsheetError) {
    switch defect {
    case .nul: throw .nulByte(line: lineNumber(at: checked))
    case .some: throw .wrongEncoding(line: lineNumber(at: checked), expected: encoding)
    case nil: break
    }
    buffer.removeSubrange(..<start)
    checked -= start
    start = 0
    let wanted = buffer.count + max(chunkLength, buffer.count)
    while buffer.count < wanted, !isAtEnd, defect == nil {
      let got = try source.read(into: &chunk, at: carried, most: chunkLength)
      isAtEnd = got == 0
      take(got)
    }
  }

  /// Adds the octets that were read to the text.
  private mutating func take(_ got: Int) {
    let finding: UTF8Check.Finding
    if encoding == .utf8 {
      buffer.append(contentsOf: chunk[..<got])
      let result = buffer.withUnsafeBufferPointer {
        UTF8Check.check($0, from: checked, to: $0.count)
      }
      (checked, finding) = result
    } else {
      let all = carried + got
      let result = Transcoder.append(chunk[..<all], in: encoding, to: &buffer)
      checked = buffer.count
      carried = all - result.used
      // What is left is at most a surrogate and half of another: it fits before the next chunk.
      if result.finding == .truncated, carried <= 4 {
        for index in 0..<carried { chunk[index] = chunk[result.used + index] }
      }
      finding = result.finding
    }
    switch finding {
    case .good: break
    case .truncated: if isAtEnd { defect = .malformed }
    case .malformed, .nul: defect = finding
    }
  }
}
