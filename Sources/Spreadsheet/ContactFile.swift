/// A file of contacts: its columns by name, then its rows, read as a stream.
///
/// CSV is the one format for now; a caller sees rows, whatever the file is made of.
public struct ContactFile: ~Copyable, Sendable {
  /// What the file is made of.
  public enum Format: String, Sendable {
    case csv
  }

  public let format = Format.csv
  /// The names of the first record: trimmed, none empty, none twice.
  public let columns: [String]
  /// The column that seems to hold the addresses, `nil` when none does.
  public let emailColumn: Int?
  /// The octet behind the header: where the rows begin.
  public let headerEndOffset: Int
  private var reader: CSVReader

  public var encoding: TextEncoding { reader.encoding }
  public var delimiter: Delimiter { reader.delimiter }
  /// How many octets the file has, to measure `endOffset` against; `nil` for a pipe.
  public var size: Int? { reader.size }

  public init(path: String, options: CSVOptions = CSVOptions()) throws(SpreadsheetError) {
    let reader = try CSVReader(path: path, options: options)
    try self.init(reader, from: nil)
  }

  public init(bytes: [UInt8], options: CSVOptions = CSVOptions()) throws(SpreadsheetError) {
    let reader = try CSVReader(bytes: bytes, options: options)
    try self.init(reader, from: nil)
  }

  /// Goes on behind the row whose `endOffset` and `nextLine` were kept.
  ///
  /// The beginning of the file is read as before, so that encoding, delimiter and columns are the
  /// same.
  public init(
    path: String, options: CSVOptions = CSVOptions(), resumingAt offset: Int, line: Int
  ) throws(SpreadsheetError) {
    let reader = try CSVReader(path: path, options: options)
    try self.init(reader, from: (offset, line))
  }

  public init(
    bytes: [UInt8], options: CSVOptions = CSVOptions(), resumingAt offset: Int, line: Int
  ) throws(SpreadsheetError) {
    let reader = try CSVReader(bytes: bytes, options: options)
    try self.init(reader, from: (offset, line))
  }

  private init(
    _ opened: consuming CSVReader, from place: (offset: Int, line: Int)?
  ) throws(SpreadsheetError) {
    var reader = opened
    var header = Row()
    guard try reader.next(into: &header) else { throw .emptyFile }
    let isNameless = header.isBlank
    let hasAddress = (0..<header.count).contains {
      EmailColumn.looksLikeAddress(header.trimmed($0))
    }
    if isNameless || hasAddress { throw .noHeader(line: header.line) }
    if let place { try reader.resume(at: place.offset, line: place.line) }
    columns = ColumnNames.distinct(header)
    let sample = Sample.records(
      of: reader.dialect.sample, isWhole: reader.dialect.isWhole, by: reader.delimiter, most: 51)
    emailColumn = EmailColumn.guess(names: columns, rows: Array(sample.dropFirst()))
    headerEndOffset = header.endOffset
    self.reader = reader
  }

  /// Reads the next row; empty lines are passed over.
  ///
  /// - Returns: Whether there was one; `false` at the end of the file.
  public mutating func next(into row: inout Row) throws(SpreadsheetError) -> Bool {
    try reader.next(into: &row)
  }

  /// Finds a column by its name: as written, else the case of letters aside.
  ///
  /// - Throws: `noColumn`, which lists the names there are.
  public func column(named name: String) throws(SpreadsheetError) -> Int {
    if let index = columns.firstIndex(of: name) { return index }
    let lower = name.lowercased()
    if let index = columns.firstIndex(where: { $0.lowercased() == lower }) { return index }
    throw .noColumn(name: name, has: columns)
  }
}
