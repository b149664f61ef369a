import Spreadsheet

/// Everything a contact file holds, read to its end.
struct Reading: Equatable {
  var columns: [String] = []
  var rows: [[String]] = []
  var lines: [Int] = []
  var ends: [Int] = []
  var nextLines: [Int] = []
  var encoding = TextEncoding.utf8
  var delimiter = Delimiter.comma
  var emailColumn: Int?
  var error: SpreadsheetError?

  /// Reads a file; an error ends it and is kept.
  init(
    _ bytes: [UInt8], chunk: Int = 1 << 17, limit: Int = 1 << 20, delimiter: Delimiter? = nil,
    encoding: TextEncoding? = nil, resumingAt place: (offset: Int, line: Int)? = nil
  ) {
    var options = CSVOptions(delimiter: delimiter, encoding: encoding)
    options.chunk = chunk
    options.limit = limit
    do throws(SpreadsheetError) {
      if let place {
        let file = try ContactFile(
          bytes: bytes, options: options, resumingAt: place.offset, line: place.line)
        try take(file)
      } else {
        let file = try ContactFile(bytes: bytes, options: options)
        try take(file)
      }
    } catch {
      self.error = error
    }
  }

  init(_ text: String) { self.init(Array(text.utf8)) }

  private mutating func take(_ opened: consuming ContactFile) throws(SpreadsheetError) {
    var file = opened
    columns = file.columns
    encoding = file.encoding
    delimiter = file.delimiter
    emailColumn = file.emailColumn
    var row = Row()
    while try file.next(into: &row) {
      rows.append(row.texts)
      lines.append(row.line)
      ends.append(row.endOffset)
      nextLines.append(row.nextLine)
    }
  }
}

/// The octets of a text in another encoding.
enum Encoded {
  static func utf16(_ text: String, isBig: Bool = false) -> [UInt8] {
    ([0xFEFF] + Array(text.utf16)).flatMap { unit in
      let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
      return isBig ? pair.reversed() : pair
    }
  }

  /// Latin-1 letters alone.
  static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
