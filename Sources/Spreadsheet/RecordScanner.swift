import Glibc
import Octets

/// Finds the cells of one record in text that may end before the record does (RFC 4180).
///
/// Tolerant where files are: any of CRLF, LF and CR ends a record, a quote inside an unquoted cell
/// is itself, and text behind a closing quote belongs to the cell.
struct RecordScanner: Sendable {
  /// What stands at the place that was scanned.
  enum Verdict: Equatable {
    /// A record up to `end`, whose line break ends at `next`; `breaks` counts those it spans.
    case record(end: Int, next: Int, breaks: Int)
    /// A line without cells.
    case blank(next: Int)
    /// The text ends before the record does.
    case more
    /// The same inside the quotes opened at a position.
    case openQuote(at: Int)
    case tooManyCells
    /// Nothing is left.
    case end
  }

  /// As many columns as a spreadsheet has.
  static let mostCells = 16_384

  private let delimiter: UInt8
  /// `delimiter` in each octet.
  private let pattern: UInt64
  /// The cells of the last record that still hold quotes to be taken out.
  private(set) var quoted: [Int] = []

  init(delimiter: Delimiter) {
    self.delimiter = delimiter.rawValue
    pattern = 0x0101_0101_0101_0101 &* UInt64(delimiter.rawValue)
  }

  /// Scans the record at `start`, and puts its cells into `cells`, counted from there.
  ///
  /// `isLast` says whether nothing follows the text; else a record must end in a line break, and a
  /// CR must be followed by something, to be whole.
  mutating func scan(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, isLast: Bool, cells: inout [Row.Cell]
  ) -> Verdict {
    cells.removeAll(keepingCapacity: true)
    quoted.removeAll(keepingCapacity: true)
    let end = text.count
    guard start < end else { return isLast ? .end : .more }
    var at = start
    var breaks = 0
    while true {
      let cell = at
      var from = at
      var to: Int
      if at < end, text[at] == ASCII.quote {
        guard let closing = closingQuote(text, from: at &+ 1, cell: cells.count) else {
          return .openQuote(at: cell)
        }
        breaks &+= Self.breaks(in: text, from: cell, to: closing)
        from = cell &+ 1
        to = closing
        at = closing &+ 1
        if at < end, !isBreak(text[at]) {
          at = nextBreak(text, from: at)
          (from, to) = (cell, at)
          if quoted.last != cells.count { quoted.append(cells.count) }
        } else if quoted.last == cells.count {
          (from, to) = (cell, at)
        }
      } else {
        at = nextBreak(text, from: at)
        to = at
      }
      guard at < end || isLast else { return .more }
      guard cells.count < Self.mostCells else { return .tooManyCells }
      cells.append(
        Row.Cell(
          start: UInt32(truncatingIfNeeded: from &- start),
          end: UInt32(truncatingIfNeeded: to &- start)))
      if at < end, text[at] == delimiter {
        at &+= 1
        continue
      }
      return lineEnd(
        text, from: start, at: at, isLast: isLast, breaks: breaks, isAlone: cells.count == 1)
    }
  }

  /// Ends the record at a line break or at the end of the text.
  private func lineEnd(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, at: Int, isLast: Bool, breaks: Int,
    isAlone: Bool
  ) -> Verdict {
    var next = at
    if at < text.count {
      next = at &+ 1
      if text[at] == ASCII.carriageReturn {
        if next < text.count {
          if text[next] == ASCII.lineFeed { next &+= 1 }
        } else if !isLast {
          return .more
        }
      }
    }
    if isAlone, text[start..<at].allSatisfy(\.isASCIIWhitespace) {
      return at == text.count ? .end : .blank(next: next)
    }
    return .record(end: at, next: next, breaks: breaks &+ (at < text.count ? 1 : 0))
  }

  /// The quote that closes a cell; notes doubled ones on the way.
  ///
  /// - Returns: `nil` when the text ends before.
  private mutating func closingQuote(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, cell: Int
  ) -> Int? {
    guard let base = text.baseAddress else { return nil }
    var from = start
    while from < text.count {
      guard let found = memchr(base + from, Int32(ASCII.quote), text.count &- from) else {
        return nil
      }
      let at = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      guard at &+ 1 < text.count, text[at &+ 1] == ASCII.quote else { return at }
      if quoted.last != cell { quoted.append(cell) }
      from = at &+ 2
    }
    return nil
  }

  /// Counts line breaks, CRLF as one.
  static func breaks(in text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
    var count = 0
    var at = start
    while at < end {
      let octet = text[at]
      at &+= 1
      if octet == ASCII.lineFeed {
        count &+= 1
      } else if octet == ASCII.carriageReturn {
        count &+= 1
        if at < end, text[at] == ASCII.lineFeed { at &+= 1 }
      }
    }
    return count
  }

  private func isBreak(_ octet: UInt8) -> Bool {
    octet == delimiter || octet == ASCII.lineFeed || octet == ASCII.carriageReturn
  }

  /// The first delimiter or line break at or after `start`, the end when there is none.
  @inline(__always)
  private func nextBreak(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let raw = UnsafeRawBufferPointer(text)
    var at = start
    // Eight octets at once: an octet that matches becomes zero, and a zero shows as a high bit.
    // Carries can raise false ones, but only above the first true one.
    while at &+ 8 <= text.count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let hits =
        Self.zeros(word ^ pattern) | Self.zeros(word ^ 0x0A0A_0A0A_0A0A_0A0A)
        | Self.zeros(word ^ 0x0D0D_0D0D_0D0D_0D0D)
      if hits != 0 { return at &+ hits.trailingZeroBitCount >> 3 }
      at &+= 8
    }
    while at < text.count, !isBreak(text[at]) { at &+= 1 }
    return at
  }

  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }
}
