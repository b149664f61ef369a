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
    text.withUnsafeBytes { text in
      // Whole words are written, so there is room for one more.
      bytes.append(addingCapacity: text.count + bareCount + 8) { output in
        output.withUnsafeMutableBufferPointer { buffer, count in
          let rest = UnsafeMutableBufferPointer(rebasing: buffer[count...])
          count += write(text, to: UnsafeMutableRawBufferPointer(rest))
        }
      }
    }
  }

  /// - Returns: How many octets were written.
  private static func write(
    _ text: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
  ) -> Int {
    var at = 0
    var count = 0
    while at < text.count {
      if let word = OctetWord(text, at: at) {
        let plain = OctetWord.countBefore(word.controls)
        // All eight are written; those that are not plain are written over.
        target.storeBytes(of: word.octets.littleEndian, toByteOffset: count, as: UInt64.self)
        at &+= plain
        count &+= plain
        if plain == 8 { continue }
      }
      let octet = text[at]
      at &+= 1
      switch octet {
      case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        if octet == UInt8(ascii: "\r"), at < text.count, text[at] == UInt8(ascii: "\n") {
          at &+= 1
        }
        target[count] = UInt8(ascii: "\r")
        target[count &+ 1] = UInt8(ascii: "\n")
        count &+= 2
      default:
        target[count] = octet
        count &+= 1
      }
    }
    return count
  }
}
