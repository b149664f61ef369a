import Octets

/// The ends of lines as the wire has them, CRLF (RFC 5321 §2.3.8).
enum LineEndings {
  /// Appends a text with every CR, LF or CRLF in it as CRLF.
  ///
  /// `bareCount` is how many of them are not CRLF.
  static func append(_ text: [UInt8], bareCount: Int, to bytes: inout [UInt8]) {
    guard bareCount > 0 else {
      bytes.append(contentsOf: text)
      return
    }
    bytes.append(addingCapacity: text.count + bareCount) { output in
      output.withUnsafeMutableBufferPointer { buffer, count in
        for (index, octet) in text.enumerated() {
          let isAfterReturn = index > 0 && text[index - 1] == ASCII.carriageReturn
          if octet == ASCII.lineFeed, !isAfterReturn {
            buffer.initializeElement(at: count, to: ASCII.carriageReturn)
            count += 1
          }
          buffer.initializeElement(at: count, to: octet)
          count += 1
          let isBeforeFeed = index + 1 < text.count && text[index + 1] == ASCII.lineFeed
          if octet == ASCII.carriageReturn, !isBeforeFeed {
            buffer.initializeElement(at: count, to: ASCII.lineFeed)
            count += 1
          }
        }
      }
    }
  }
}
