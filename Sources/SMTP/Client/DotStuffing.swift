import Glibc
import Octets

/// Appends message text so that no line of it can be taken for the end (RFC 5321 §4.5.2).
struct DotStuffing {
  private var last: (UInt8, UInt8) = (ASCII.carriageReturn, ASCII.lineFeed)

  /// Appends a piece; a line may begin in one piece and go on in the next.
  mutating func append(_ piece: ArraySlice<UInt8>, to output: inout [UInt8]) {
    piece.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let first = bytes.first else { return }
      if first == ASCII.dot, last.1 == ASCII.lineFeed { output.append(ASCII.dot) }
      var copied = 0
      var at = 0
      while let found = memchr(base + at, Int32(ASCII.lineFeed), bytes.count - at) {
        at = UnsafeRawPointer(found) - base + 1
        guard at < bytes.count else { break }
        guard bytes[at] == ASCII.dot else { continue }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[copied..<at]))
        output.append(ASCII.dot)
        copied = at
      }
      output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[copied...]))
      last = (bytes.count > 1 ? bytes[bytes.count - 2] : last.1, bytes[bytes.count - 1])
    }
  }

  /// Appends the final dot, on a line of its own.
  mutating func end(in output: inout [UInt8]) {
    if last != (ASCII.carriageReturn, ASCII.lineFeed) { output.append("\r\n") }
    output.append(".\r\n")
  }
}
