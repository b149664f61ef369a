import Octets

/// Text that stays legible although its lines are short and all ASCII (RFC 2045 §6.7).
public enum QuotedPrintable {
  /// What a line holds before the `=` of a soft line break makes it 76.
  private static let longestContent = 75

  /// Appends the encoding of a text, every CR, LF or CRLF in it as CRLF.
  public static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
    append(text, capacity: TextSurvey(text).quotedPrintableCapacity, to: &bytes)
  }

  /// Appends the encoding of a text; `capacity` is that of a survey of this very text.
  static func append(_ text: [UInt8], capacity: Int, to bytes: inout [UInt8]) {
    text.withUnsafeBufferPointer { text in
      bytes.append(addingCapacity: capacity) { output in
        output.withUnsafeMutableBufferPointer { buffer, count in
          var lines = Lines(buffer: buffer, count: count)
          lines.encode(text)
          count = lines.count
        }
      }
    }
  }

  /// The lines being written.
  private struct Lines {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var count: Int
    private var column = 0

    /// The buffer must have the room that a survey of the text asks for.
    init(buffer: UnsafeMutableBufferPointer<UInt8>, count: Int) {
      self.buffer = buffer
      self.count = count
    }

    mutating func encode(_ text: UnsafeBufferPointer<UInt8>) {
      let raw = UnsafeRawBufferPointer(text)
      let target = UnsafeMutableRawBufferPointer(buffer)
      var at = 0
      while at < text.count {
        if let word = OctetWord(raw, at: at) {
          let plain = OctetWord.countBefore(word.controls | word.equalsSigns | word.foreign)
          let taken = min(plain, longestContent &- column)
          // All eight are written; those not taken are written over.
          target.storeBytes(of: word.octets.littleEndian, toByteOffset: count, as: UInt64.self)
          count &+= taken
          column &+= taken
          at &+= taken
          if taken == 8 { continue }
          if taken < plain {
            breakSoftly()
            continue
          }
        }
        let octet = text[at]
        at &+= 1
        switch octet {
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
          if octet == UInt8(ascii: "\r"), at < text.count, text[at] == UInt8(ascii: "\n") {
            at &+= 1
          }
          escapeTrailingSpace()
          put(UInt8(ascii: "\r"))
          put(UInt8(ascii: "\n"))
          column = 0
        case UInt8(ascii: "="): putEscaped(octet)
        case UInt8(ascii: "\t"), 0x20...0x7E:
          if column >= longestContent { breakSoftly() }
          put(octet)
        default:
          putEscaped(octet)
          // The octets of one character stand together.
          while at < text.count, text[at] >= 0x80 {
            putEscaped(text[at])
            at &+= 1
          }
        }
      }
      escapeTrailingSpace()
    }

    @inline(__always)
    private mutating func put(_ octet: UInt8) {
      buffer.initializeElement(at: count, to: octet)
      count &+= 1
      column &+= 1
    }

    @inline(__always)
    private mutating func putEscaped(_ octet: UInt8) {
      if column &+ 3 > longestContent { breakSoftly() }
      put(UInt8(ascii: "="))
      put(Hexadecimal.capital(octet &>> 4))
      put(Hexadecimal.capital(octet & 15))
    }

    private mutating func breakSoftly() {
      put(UInt8(ascii: "="))
      put(UInt8(ascii: "\r"))
      put(UInt8(ascii: "\n"))
      column = 0
    }

    /// White space at the end of a line may get lost on the way, so it goes escaped.
    private mutating func escapeTrailingSpace() {
      guard column > 0, case let last = buffer[count - 1],
        last == UInt8(ascii: " ") || last == UInt8(ascii: "\t")
      else { return }
      count &-= 1
      column &-= 1
      putEscaped(last)
    }
  }

  /// The octets that were encoded; an `=` that begins no escape stays as it is.
  public static func decode(_ text: [UInt8]) -> [UInt8] {
    var content: [UInt8] = []
    var lines = text.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)[...]
    while var line = lines.popFirst() {
      let hasEnding = !lines.isEmpty
      var ending: [UInt8] = hasEnding ? [ASCII.lineFeed] : []
      if hasEnding, line.last == ASCII.carriageReturn {
        line.removeLast()
        ending = [ASCII.carriageReturn, ASCII.lineFeed]
      }
      // White space at the end of an encoded line was added on the way.
      while line.last == ASCII.space || line.last == ASCII.tab { line.removeLast() }
      if line.last == ASCII.equals {
        line.removeLast()
        ending = []
      }
      appendDecoded(line, to: &content)
      content.append(contentsOf: ending)
    }
    return content
  }

  private static func appendDecoded(_ line: ArraySlice<UInt8>, to content: inout [UInt8]) {
    var rest = line
    while let octet = rest.popFirst() {
      if octet == ASCII.equals, rest.count >= 2,
        let high = Hexadecimal.value(rest[rest.startIndex]),
        let low = Hexadecimal.value(rest[rest.startIndex + 1])
      {
        content.append(high &<< 4 | low)
        rest.removeFirst(2)
      } else {
        content.append(octet)
      }
    }
  }
}
