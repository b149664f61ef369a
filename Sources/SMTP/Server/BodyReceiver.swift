import Glibc
import Octets

/// Takes the octets of one message out of the stream: after DATA until CRLF.CRLF, or by BDAT.
///
/// Only CRLF ends a line (RFC 5321 §2.3.8): a dot after a bare line feed is an ordinary dot, so
/// this server and a strict relay always see the same messages.
struct BodyReceiver {
  private enum Position {
    case lineStart
    /// After a dot that begins a line.
    case dot
    case dotAndReturn
    case inLine
  }

  private(set) var bytes: [UInt8] = []
  private(set) var size = 0
  private(set) var breaks = LineBreaks()
  private var position = Position.lineStart
  private var endsInReturn = false
  private let limit: Int
  private let keeps: Bool

  init(limit: Int, keeps: Bool, expecting expected: Int?) {
    self.limit = limit
    self.keeps = keeps
    // What a client announces is a hint, not a reason to claim memory.
    if keeps { bytes.reserveCapacity(max(min(expected ?? 4_096, 1 << 18, limit), 0)) }
  }

  var isTooLong: Bool { size > limit }

  /// Takes octets after DATA.
  ///
  /// - Returns: How many were taken, and whether the last of them ended the message.
  mutating func takeLines(_ input: UnsafeBufferPointer<UInt8>) -> (count: Int, isComplete: Bool) {
    var index = 0
    var runStart = 0
    var isComplete = false
    scan: while index < input.count {
      switch position {
      case .lineStart:
        guard input[index] == ASCII.dot else {
          position = .inLine
          continue scan
        }
        keep(input, runStart..<index)
        index += 1
        runStart = index
        position = .dot
      case .dot:
        guard input[index] == ASCII.carriageReturn else {
          position = .inLine
          continue scan
        }
        // Not kept yet: it may belong to the end of the message.
        index += 1
        runStart = index
        position = .dotAndReturn
      case .dotAndReturn:
        if input[index] == ASCII.lineFeed {
          breaks.lineFeeds += 1
          breaks.pairs += 1
          index += 1
          runStart = index
          isComplete = true
          break scan
        }
        keepReturn()
        position = .inLine
      case .inLine:
        guard let feed = Self.lineFeed(in: input, from: index) else {
          index = input.count
          continue scan
        }
        let isPair = feed > 0 ? input[feed - 1] == ASCII.carriageReturn : endsInReturn
        breaks.lineFeeds += 1
        if isPair {
          breaks.pairs += 1
          position = .lineStart
        }
        index = feed + 1
      }
    }
    keep(input, runStart..<index)
    let taken = UnsafeBufferPointer(rebasing: input[..<index])
    breaks.countCarriageReturns(in: taken)
    if let last = taken.last { endsInReturn = last == ASCII.carriageReturn }
    return (index, isComplete)
  }

  /// Takes octets of a BDAT chunk, as they are.
  mutating func takeChunk(_ input: UnsafeBufferPointer<UInt8>) {
    var index = 0
    while let feed = Self.lineFeed(in: input, from: index) {
      breaks.lineFeeds += 1
      if feed > 0 ? input[feed - 1] == ASCII.carriageReturn : endsInReturn { breaks.pairs += 1 }
      index = feed + 1
    }
    breaks.countCarriageReturns(in: input)
    if let last = input.last { endsInReturn = last == ASCII.carriageReturn }
    keep(input, 0..<input.count)
  }

  private mutating func keep(_ input: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    size += range.count
    guard keeps else { return }
    if isTooLong {
      bytes = []
    } else {
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: input[range]))
    }
  }

  private mutating func keepReturn() {
    size += 1
    guard keeps else { return }
    if isTooLong { bytes = [] } else { bytes.append(ASCII.carriageReturn) }
  }

  private static func lineFeed(in input: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard start < input.count, let base = input.baseAddress,
      let found = memchr(base + start, Int32(ASCII.lineFeed), input.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
}
