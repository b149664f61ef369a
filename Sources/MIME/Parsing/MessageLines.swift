import Glibc
import Octets

/// The lines of a message, ended by CRLF or LF, read from the first to the last.
struct MessageLines {
  /// Where one line lies.
  struct Line {
    let start: Int
    /// Where its ending begins.
    let end: Int
    /// Where the next line begins.
    let next: Int

    var isEmpty: Bool { start == end }
  }

  let source: [UInt8]
  private(set) var at: Int
  private let end: Int

  init(_ source: ArraySlice<UInt8>) {
    self.source = Array(source)
    at = 0
    end = self.source.count
  }

  init(_ source: [UInt8]) {
    self.source = source
    at = 0
    end = source.count
  }

  mutating func skipRest() { at = end }

  mutating func next() -> Line? {
    guard at < end else { return nil }
    let start = at
    let feed = lineFeed(from: start)
    guard let feed else {
      at = end
      return Line(start: start, end: end, next: end)
    }
    at = feed + 1
    let hasReturn = feed > start && source[feed - 1] == ASCII.carriageReturn
    return Line(start: start, end: hasReturn ? feed - 1 : feed, next: feed + 1)
  }

  private func lineFeed(from start: Int) -> Int? {
    source.withUnsafeBytes { octets in
      guard start < octets.count, let base = octets.baseAddress else { return nil }
      let found = memchr(base + start, CInt(ASCII.lineFeed), octets.count - start)
      return found.map { UnsafeRawPointer($0) - base }
    }
  }
}
