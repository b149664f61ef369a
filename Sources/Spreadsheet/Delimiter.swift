import Octets

/// The character between the cells of a record.
public enum Delimiter: UInt8, Sendable, CaseIterable {
  case comma = 0x2C
  case semicolon = 0x3B
  case tab = 0x09
  case pipe = 0x7C

  public var text: String { String(UnicodeScalar(rawValue)) }

  /// Reads the character itself or its name (`comma`, `semicolon`, `tab`, `pipe`).
  public init?(_ text: String) {
    switch text.lowercased() {
    case ",", "comma": self = .comma
    case ";", "semicolon": self = .semicolon
    case "\t", "\\t", "tab": self = .tab
    case "|", "pipe": self = .pipe
    default: return nil
    }
  }
}

extension Delimiter {
  /// Excel's own first line, as in `sep=;`.
  struct Declaration: Equatable {
    let delimiter: Delimiter
    /// Octets of the line, its line break included.
    let length: Int
  }

  static func declaration(in sample: [UInt8]) -> Declaration? {
    guard sample.prefix(4).equalsIgnoringASCIICase("sep="), sample.count > 5,
      let delimiter = Delimiter(rawValue: sample[4])
    else { return nil }
    if sample[5] == ASCII.lineFeed { return Declaration(delimiter: delimiter, length: 6) }
    guard sample[5] == ASCII.carriageReturn else { return nil }
    let isPair = sample.count > 6 && sample[6] == ASCII.lineFeed
    return Declaration(delimiter: delimiter, length: isPair ? 7 : 6)
  }

  /// The delimiter by which most of the first records have as many cells as the header.
  ///
  /// Of equals the one that makes more columns wins, then the order of the cases; a file of one
  /// column is read with commas.
  ///
  /// `isWhole` says whether the file ends where the sample does.
  static func sniff(_ sample: [UInt8], isWhole: Bool) -> Delimiter {
    var best = (delimiter: Delimiter.comma, agreeing: 0.0, columns: 1)
    for candidate in allCases {
      let counts = Sample.records(of: sample, isWhole: isWhole, by: candidate, most: 20)
        .map(\.count)
      guard let columns = counts.first, columns > 1 else { continue }
      let agreeing = Double(counts.count { $0 == columns }) / Double(counts.count)
      if agreeing > best.agreeing || agreeing == best.agreeing && columns > best.columns {
        best = (candidate, agreeing, columns)
      }
    }
    return best.delimiter
  }
}
