import Octets

/// One record of a contact file: its cells as ranges of one buffer, and where it stands.
///
/// Use one `Row` for all records, so that nothing is allocated per row; a slice that outlives the
/// next read costs a copy. Text is UTF-8, whatever the file's encoding.
public struct Row: Sendable {
  /// The record's text; quotes and delimiters lie between the cells.
  public internal(set) var bytes: [UInt8] = []
  var cells: [Cell] = []
  /// The line where the record starts; the first line of the file is 1.
  public internal(set) var line = 0
  /// The line after the record: what `resumingAt:line:` wants beside `endOffset`.
  public internal(set) var nextLine = 0
  /// The octet of the file after the record and its line break.
  public internal(set) var endOffset = 0

  /// Where a cell's text lies in `bytes`.
  struct Cell: Sendable, Equatable {
    var start: UInt32
    var end: UInt32
  }

  public init() {}

  /// How many cells the record has: fewer than the header in a ragged file, or more.
  public var count: Int { cells.count }

  /// Whether all cells are empty or white space, as in the `;;;` that spreadsheets leave behind.
  public var isBlank: Bool {
    (0..<count).allSatisfy { self[$0].allSatisfy(\.isASCIIWhitespace) }
  }

  /// The range of a cell in `bytes`, empty for a cell that the record lacks.
  public func range(_ index: Int) -> Range<Int> {
    guard cells.indices.contains(index) else { return 0..<0 }
    return Int(cells[index].start)..<Int(cells[index].end)
  }

  /// The text of a cell, empty for a cell that the record lacks.
  public subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

  /// The text of a cell without white space around it.
  public func trimmed(_ index: Int) -> ArraySlice<UInt8> { self[index].trimmingASCIIWhitespace }

  public func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

  /// All cells as strings, for previews and tests.
  public var texts: [String] { (0..<count).map { text($0) } }

  /// Takes over the text of a record whose cells are already in place.
  mutating func fill(from record: UnsafeBufferPointer<UInt8>, quoted: [Int]) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: record)
    for index in quoted where cells.indices.contains(index) { unquote(index) }
  }

  /// Takes the quotes out of a cell that holds doubled ones, or text behind the closing one.
  private mutating func unquote(_ index: Int) {
    let range = range(index)
    var from = range.lowerBound + 1
    var to = range.lowerBound
    var isQuoted = true
    while from < range.upperBound {
      let octet = bytes[from]
      from += 1
      if isQuoted, octet == ASCII.quote {
        guard from < range.upperBound, bytes[from] == ASCII.quote else {
          isQuoted = false
          continue
        }
        from += 1
      }
      bytes[to] = octet
      to += 1
    }
    cells[index].end = UInt32(truncatingIfNeeded: to)
  }
}
