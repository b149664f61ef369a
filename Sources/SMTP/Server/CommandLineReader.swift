import Glibc
import Octets

/// Collects one command line out of octets that come in parts, and no more than one.
struct CommandLineReader {
  enum Outcome {
    /// More input is needed.
    case incomplete
    /// `line` is complete, without its CRLF.
    case complete
    /// The line ended in a line feed alone.
    case bareLineFeed
    /// The line was longer than any may be.
    case tooLong
  }

  /// RFC 4954 §4: an AUTH line may have this many octets; no other line has more.
  static let longest = 12_288

  private(set) var line: [UInt8] = []
  private var isTooLong = false
  private var isFinished = false

  init() { line.reserveCapacity(128) }

  /// Takes octets up to and including the next line feed.
  ///
  /// - Returns: How many were taken.
  mutating func take(_ input: UnsafeBufferPointer<UInt8>) -> (count: Int, outcome: Outcome) {
    if isFinished {
      line.removeAll(keepingCapacity: line.capacity <= 2_048)
      isTooLong = false
      isFinished = false
    }
    guard let base = input.baseAddress, !input.isEmpty else { return (0, .incomplete) }
    let feed = memchr(base, Int32(ASCII.lineFeed), input.count)
      .map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
    let count = feed ?? input.count
    if line.count + count >= Self.longest { isTooLong = true }
    if isTooLong {
      line.removeAll()
    } else {
      line.append(contentsOf: UnsafeBufferPointer(rebasing: input[..<count]))
    }
    guard feed != nil else { return (count, .incomplete) }
    isFinished = true
    if isTooLong { return (count + 1, .tooLong) }
    guard line.last == ASCII.carriageReturn else { return (count + 1, .bareLineFeed) }
    line.removeLast()
    return (count + 1, .complete)
  }
}
