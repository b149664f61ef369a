import Glibc
import Octets

/// Reads replies out of whatever pieces the network delivers, within bounds.
///
/// A server may be broken or hostile: a reply is at most 64 KiB (twice RFC 5321's patience for a
/// line is not enough for real servers, without end is too much), its lines must agree on the
/// code, and a line may end with LF alone.
struct ReplyParser {
  /// Why what came is not a reply.
  enum Violation: Error, Equatable {
    case tooLong
    /// The line does not begin with a code from 200 to 599.
    case notAReply(line: [UInt8])
    /// The lines of one reply bear different codes.
    case codesDisagree
  }

  static let limit = 65_536
  private static let keptText = 2_000

  private var buffer: [UInt8] = []
  private var head = 0
  /// Up to here there is no end of line, so that octets which come one by one are looked at once.
  private var searched = 0
  /// Octets of the unfinished reply's earlier lines.
  private var consumed = 0
  private var code: Int?
  private var enhanced: EnhancedCode?
  private var text: [UInt8] = []

  /// Whether octets have arrived that belong to no reply yet.
  var hasUnreadOctets: Bool { head < buffer.count || code != nil }

  /// Lets the caller append to what has arrived.
  mutating func withBuffer<Result, Failure: Error>(
    _ body: (inout [UInt8]) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    if head == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      (head, searched) = (0, 0)
    } else if head > 32_768 {
      buffer.removeSubrange(..<head)
      (head, searched) = (0, max(0, searched - head))
    }
    return try await body(&buffer)
  }

  mutating func append(_ octets: [UInt8]) { buffer += octets }

  /// The next whole reply.
  ///
  /// - Returns: `nil` when more has to arrive first.
  mutating func next() throws(Violation) -> Reply? {
    while let line = nextLine() {
      consumed += line.count + 2
      guard consumed <= Self.limit else { throw .tooLong }
      if let reply = try take(line) { return reply }
    }
    guard consumed + buffer.count - head <= Self.limit else { throw .tooLong }
    return nil
  }

  private mutating func nextLine() -> Range<Int>? {
    let start = head
    let unsearched = max(head, searched)
    let end: Int? = buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, unsearched < bytes.count,
        let found = memchr(base + unsearched, Int32(ASCII.lineFeed), bytes.count - unsearched)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
    guard var end else {
      searched = buffer.count
      return nil
    }
    head = end + 1
    if end > start, buffer[end - 1] == ASCII.carriageReturn { end -= 1 }
    return start..<end
  }

  /// Adds a line to the reply under way.
  ///
  /// - Returns: The reply, when this was its last line.
  private mutating func take(_ line: Range<Int>) throws(Violation) -> Reply? {
    let octets = buffer[line]
    let start = line.lowerBound
    guard line.count >= 3, octets[start] &- 0x32 < 4, octets[start + 1].isASCIIDigit,
      octets[start + 2].isASCIIDigit
    else { throw .notAReply(line: [UInt8](octets.prefix(200))) }
    let number =
      Int(octets[start] & 0x0F) * 100 + Int(octets[start + 1] & 0x0F) * 10
      + Int(octets[start + 2] & 0x0F)
    var isLast = true
    if line.count > 3 {
      switch octets[start + 3] {
      case ASCII.hyphen: isLast = false
      case ASCII.space: break
      default: throw .notAReply(line: [UInt8](octets.prefix(200)))
      }
    }
    if let code, code != number { throw .codesDisagree }
    let isFirst = code == nil
    code = number
    var rest = octets.dropFirst(4)
    if let (found, length) = EnhancedCode.parse(rest), found.status == number / 100 {
      enhanced = found
      rest = rest.dropFirst(length)
    }
    if !isFirst, text.count < Self.keptText { text.append(ASCII.lineFeed) }
    text += rest.prefix(max(0, Self.keptText - text.count))
    guard isLast else { return nil }
    defer {
      code = nil
      enhanced = nil
      text = []
      consumed = 0
    }
    return Reply(code: number, enhanced: enhanced, text: text)
  }
}
