import Octets

/// Octets as letters, digits, `+` and `/`, three in four (RFC 4648 §4, RFC 2045 §6.8).
public enum Base64 {
  /// How many octets make a line of 76.
  private static let lineContent = 57

  /// Appends the encoding on one line.
  public static func append(_ content: some Sequence<UInt8>, to bytes: inout [UInt8]) {
    let done: Void? = content.withContiguousStorageIfAvailable { content in
      bytes.append(addingCapacity: (content.count + 2) / 3 * 4) { output in
        output.withUnsafeMutableBufferPointer { buffer, count in
          encode(content[...], to: buffer, at: &count)
        }
      }
    }
    if done == nil { append(Array(content), to: &bytes) }
  }

  /// How many octets ``appendLines(_:to:)`` appends for so many.
  public static func linesCount(_ count: Int) -> Int {
    (count + 2) / 3 * 4 + (count + lineContent - 1) / lineContent * 2
  }

  /// Appends the encoding in lines of 76, each with CRLF.
  public static func appendLines(_ content: [UInt8], to bytes: inout [UInt8]) {
    content.withUnsafeBufferPointer { content in
      bytes.append(addingCapacity: linesCount(content.count)) { output in
        output.withUnsafeMutableBufferPointer { buffer, count in
          var start = 0
          while start < content.count {
            let end = min(start + lineContent, content.count)
            encode(content[start..<end], to: buffer, at: &count)
            buffer.initializeElement(at: count, to: ASCII.carriageReturn)
            buffer.initializeElement(at: count + 1, to: ASCII.lineFeed)
            count += 2
            start = end
          }
        }
      }
    }
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func encode(
    _ content: Slice<UnsafeBufferPointer<UInt8>>, to buffer: UnsafeMutableBufferPointer<UInt8>,
    at count: inout Int
  ) {
    alphabet.withUnsafeBufferPointer { alphabet in
      var at = count
      func put(_ bits: UInt32, _ shift: UInt32) {
        buffer.initializeElement(at: at, to: alphabet[Int((bits &>> shift) & 63)])
        at &+= 1
      }
      var start = content.startIndex
      while start &+ 3 <= content.endIndex {
        let bits =
          UInt32(content[start]) &<< 16 | UInt32(content[start &+ 1]) &<< 8
          | UInt32(content[start &+ 2])
        put(bits, 18)
        put(bits, 12)
        put(bits, 6)
        put(bits, 0)
        start &+= 3
      }
      let rest = content.endIndex - start
      if rest > 0 {
        let second = rest == 2 ? UInt32(content[start &+ 1]) : 0
        let bits = UInt32(content[start]) &<< 16 | second &<< 8
        put(bits, 18)
        put(bits, 12)
        if rest == 2 { put(bits, 6) }
        for _ in rest..<3 {
          buffer.initializeElement(at: at, to: ASCII.equals)
          at &+= 1
        }
      }
      count = at
    }
  }

  /// The octets that were encoded; `nil` when the text holds anything beside the alphabet, white
  /// space, and the padding at its end.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var content: [UInt8] = []
    var bits: UInt32 = 0
    var digits = 0
    var padding = 0
    for octet in text where !octet.isASCIIWhitespace {
      if octet == ASCII.equals {
        padding += 1
        continue
      }
      guard padding == 0, let digit = value(octet) else { return nil }
      bits = bits &<< 6 | digit
      digits += 1
      if digits == 4 {
        content.append(UInt8(truncatingIfNeeded: bits &>> 16))
        content.append(UInt8(truncatingIfNeeded: bits &>> 8))
        content.append(UInt8(truncatingIfNeeded: bits))
        digits = 0
      }
    }
    switch (digits, padding) {
    case (0, 0): break
    case (2, 0), (2, 2): content.append(UInt8(truncatingIfNeeded: bits &>> 4))
    case (3, 0), (3, 1):
      content.append(UInt8(truncatingIfNeeded: bits &>> 10))
      content.append(UInt8(truncatingIfNeeded: bits &>> 2))
    default: return nil
    }
    return content
  }

  private static func value(_ octet: UInt8) -> UInt32? {
    switch octet {
    case 0x41...0x5A: UInt32(octet &- 0x41)
    case 0x61...0x7A: UInt32(octet &- 0x47)
    case 0x30...0x39: UInt32(octet &+ 4)
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
