import Octets

/// Writes the rows of a report as CSV (RFC 4180), safe to open in a spreadsheet program.
///
/// A cell that such a program would take for a formula gets an apostrophe in front, within quotes;
/// ``unguarded(_:)`` takes it off again, so that what is written comes back as it was.
public struct CSVWriter: Sendable {
  public let delimiter: Delimiter

  public init(delimiter: Delimiter = .comma) { self.delimiter = delimiter }

  /// Appends what tells spreadsheet programs that the file is UTF-8; only at its beginning.
  public static func appendByteOrderMark(to text: inout [UInt8]) {
    text.append(contentsOf: [0xEF, 0xBB, 0xBF])
  }

  /// Appends a row of UTF-8 cells and its line break.
  public func append(row cells: some Sequence<some Collection<UInt8>>, to text: inout [UInt8]) {
    let start = text.count
    for cell in cells { append(cell: cell, isFirst: text.count == start, to: &text) }
    text.append("\r\n")
  }

  public func append(row cells: some Sequence<String>, to text: inout [UInt8]) {
    append(row: cells.lazy.map(\.utf8), to: &text)
  }

  /// Appends one cell, with a delimiter before it unless it is the row's first.
  private func append(cell: some Collection<UInt8>, isFirst: Bool, to text: inout [UInt8]) {
    if !isFirst { text.append(delimiter.rawValue) }
    let isGuarded = Self.isFormula(cell)
    let isQuoted =
      isGuarded || cell.isEmpty && isFirst
      || cell.contains { octet in
        octet == delimiter.rawValue || octet == ASCII.quote || octet == ASCII.lineFeed
          || octet == ASCII.carriageReturn
      } || cell.first == ASCII.space
    guard isQuoted else {
      text.append(contentsOf: cell)
      return
    }
    text.append(ASCII.quote)
    if isGuarded { text.append(Self.apostrophe) }
    for octet in cell {
      if octet == ASCII.quote { text.append(ASCII.quote) }
      text.append(octet)
    }
    text.append(ASCII.quote)
  }

  /// The cell as it was before a guarding apostrophe was put in front.
  public static func unguarded(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    cell.first == apostrophe && isFormula(cell) ? cell.dropFirst() : cell
  }

  private static let apostrophe = UInt8(ascii: "'")

  /// Whether a cell begins, behind any apostrophes, with what spreadsheet programs act on.
  ///
  /// The apostrophes are looked past so that a cell which has one itself gets another, and loses
  /// only that one on the way back.
  private static func isFormula(_ cell: some Collection<UInt8>) -> Bool {
    let rest = cell.drop { $0 == apostrophe }
    switch rest.first {
    case ASCII.equals, UInt8(ascii: "+"), ASCII.hyphen, ASCII.at, ASCII.tab, ASCII.lineFeed,
      ASCII.carriageReturn:
      return true
    case 0xEF:
      // Full-width = + - @, which some programs take for the narrow ones.
      let second = rest.dropFirst()
      guard let middle = second.first, let last = second.dropFirst().first else { return false }
      return middle == 0xBC && [0x9D, 0x8B, 0x8D, 0xA0].contains(last)
    default: return false
    }
  }
}
