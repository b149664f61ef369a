/// Why a contact file cannot be read, each with a sentence that says what to do.
public enum SpreadsheetError: Error, Equatable, Sendable {
  /// The file could not be opened; `code` is the system's error number.
  case cannotOpen(path: String, code: Int32)
  /// Reading stopped half-way; `code` is the system's error number.
  case cannotRead(code: Int32)
  case emptyFile
  /// The octets belong to another kind of file.
  case notCSV(FileSignature)
  /// A NUL octet, which no text holds.
  case nulByte(line: Int)
  /// The record that begins at `line` is longer than `limit` octets.
  case lineTooLong(line: Int, limit: Int)
  case tooManyColumns(line: Int, limit: Int)
  /// The quote that was opened at `line` has no partner.
  case unclosedQuote(line: Int)
  /// The first record names no columns: its cells are empty, or hold an address.
  case noHeader(line: Int)
  /// The text at `line` is not in the encoding that the file began with, or that was asked for.
  case wrongEncoding(line: Int, expected: TextEncoding)
  case noColumn(name: String, has: [String])
  /// No column seems to hold addresses.
  case noEmailColumn(has: [String])
  /// No record ends at `offset`, so the file is not the one that was begun.
  case cannotResume(offset: Int)

  /// The line it is about, where there is one; the first line of the file is 1.
  public var line: Int? {
    switch self {
    case .nulByte(let line), .unclosedQuote(let line), .noHeader(let line): line
    case .lineTooLong(let line, _), .tooManyColumns(let line, _), .wrongEncoding(let line, _): line
    case .cannotOpen, .cannotRead, .emptyFile, .notCSV, .noColumn, .noEmailColumn,
      .cannotResume:
      nil
    }
  }
}

extension SpreadsheetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotOpen(let path, let code):
      "Cannot open '\(path)': \(SystemError.sentence(code))"
    case .cannotRead(let code):
      "Reading the file failed: \(SystemError.sentence(code))"
    case .emptyFile:
      "The file is empty. It needs a first line that names its columns and a line per contact."
    case .notCSV(let signature):
      "This looks like \(signature.name). \(signature.advice)"
    case .nulByte(let line):
      "Line \(line) holds a NUL byte, so the file is damaged or not text. "
        + "Export it again as CSV (UTF-8)."
    case .lineTooLong(let line, let limit):
      "The row at line \(line) is longer than \(Self.size(limit)). "
        + "Check that the file is a CSV file and that its rows end in line breaks."
    case .tooManyColumns(let line, let limit):
      "Line \(line) has more than \(limit) columns. Check that the file is a CSV file."
    case .unclosedQuote(let line):
      "The quote (\") opened at line \(line) is never closed. "
        + "Close it, or write it twice (\"\") where it is part of the text."
    case .noHeader(let line):
      "Line \(line) does not name the columns. "
        + "Put a first line such as \"email,name\" above the contacts."
    case .wrongEncoding(let line, let expected):
      "Line \(line) is \(expected == .windows1252 ? "neither UTF-8 nor" : "not") \(expected.name) "
        + "text. Save the file as CSV UTF-8 and try again."
    case .noColumn(let name, let columns):
      "There is no column '\(name)'. The file has: \(Self.list(columns))."
    case .noEmailColumn(let columns):
      "No column seems to hold e-mail addresses. The file has: \(Self.list(columns)). "
        + "Name the right one."
    case .cannotResume(let offset):
      "No row ends at byte \(offset), where the import stopped: the file has been changed. "
        + "Start the import anew."
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1 << 20 && bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
  }

  private static func list(_ columns: [String]) -> String {
    let shown = columns.prefix(30)
      .map { $0.count > 60 ? $0.prefix(59) + "…" : $0 }.joined(separator: ", ")
    return columns.count > 30 ? "\(shown) and \(columns.count - 30) more" : shown
  }
}
