/// The first records of a file, read before the file itself to learn its ways.
enum Sample {
  /// The records that lie wholly in the sample; a broken one ends the list.
  static func records(
    of sample: [UInt8], isWhole: Bool, by delimiter: Delimiter, most: Int
  ) -> [Row] {
    sample.withUnsafeBufferPointer { text in
      var scanner = RecordScanner(delimiter: delimiter)
      var rows: [Row] = []
      var at = 0
      while rows.count < most {
        var row = Row()
        switch scanner.scan(text, from: at, isLast: isWhole, cells: &row.cells) {
        case .record(let end, let next, _):
          row.fill(from: UnsafeBufferPointer(rebasing: text[at..<end]), quoted: scanner.quoted)
          rows.append(row)
          at = next
        case .blank(let next): at = next
        case .more, .openQuote, .tooManyCells, .end: return rows
        }
      }
      return rows
    }
  }
}
