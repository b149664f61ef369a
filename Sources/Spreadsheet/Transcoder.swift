/// Turns UTF-16 and Windows-1252 into UTF-8, chunk by chunk.
enum Transcoder {
  /// Appends what `source` holds to `text`.
  ///
  /// - Returns: How many octets of `source` were used, and what is wrong with the next. A
  ///   character cut off by the end is left for the next chunk, and is `.truncated`.
  static func append(
    _ source: ArraySlice<UInt8>, in encoding: TextEncoding, to text: inout [UInt8]
  ) -> (used: Int, finding: UTF8Check.Finding) {
    switch encoding {
    case .utf8:
      let (end, finding) = source.withUnsafeBufferPointer {
        UTF8Check.check($0, from: 0, to: $0.count)
      }
      text.append(contentsOf: source.prefix(end))
      return (end, finding)
    case .windows1252: return appendWindows1252(source, to: &text)
    case .utf16LittleEndian: return appendUTF16(source, low: 0, to: &text)
    case .utf16BigEndian: return appendUTF16(source, low: 1, to: &text)
    }
  }

  private static func appendWindows1252(
    _ source: ArraySlice<UInt8>, to text: inout [UInt8]
  ) -> (used: Int, finding: UTF8Check.Finding) {
    source.withUnsafeBufferPointer { source in
      var at = 0
      while true {
        let plain = UTF8Check.skipASCII(source, from: at, to: source.count)
        text.append(contentsOf: source[at..<plain])
        guard plain < source.count else { return (plain, .good) }
        let octet = source[plain]
        switch octet {
        case 0x00: return (plain, .nul)
        case 0x80...0x9F:
          let scalar = UInt32(windows1252[Int(octet & 0x1F)])
          // An octet that means nothing: the file is in yet another encoding.
          guard scalar != 0 else { return (plain, .malformed) }
          append(scalar, to: &text)
        default: append(UInt32(octet), to: &text)
        }
        at = plain + 1
      }
    }
  }

  /// `low` is the position of the low octet in a pair: 0 or 1.
  private static func appendUTF16(
    _ source: ArraySlice<UInt8>, low: Int, to text: inout [UInt8]
  ) -> (used: Int, finding: UTF8Check.Finding) {
    let start = source.startIndex
    func unit(_ at: Int) -> UInt32 {
      UInt32(source[start + at + low]) | UInt32(source[start + at + 1 - low]) << 8
    }
    var at = 0
    while at + 1 < source.count {
      let first = unit(at)
      switch first {
      case 0: return (at, .nul)
      case 0xD800...0xDBFF:
        guard at + 3 < source.count else { return (at, .truncated) }
        let second = unit(at + 2)
        guard 0xDC00...0xDFFF ~= second else { return (at, .malformed) }
        append(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF), to: &text)
        at += 4
      case 0xDC00...0xDFFF: return (at, .malformed)
      default:
        append(first, to: &text)
        at += 2
      }
    }
    return (at, at == source.count ? .good : .truncated)
  }

  /// Appends a scalar value as UTF-8.
  private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 {
      0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3F
    }
    switch scalar {
    case 0..<0x80: text.append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      text.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
      text.append(tail(0))
    case 0x800..<0x10000:
      text.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
      text.append(tail(6))
      text.append(tail(0))
    default:
      text.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
      text.append(tail(12))
      text.append(tail(6))
      text.append(tail(0))
    }
  }

  /// 0x80 to 0x9F of Windows-1252; the five unassigned ones keep their number (WHATWG Encoding).
  private static let windows1252: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
}
