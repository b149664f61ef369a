import Octets

/// Base64 (RFC 4648 §4), and its form for addresses (§5).
enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlSafe = Array(standard.dropLast(2) + "-_".utf8)

  static func encode(_ octets: [UInt8], isURLSafe: Bool) -> [UInt8] {
    let alphabet = isURLSafe ? urlSafe : standard
    var result: [UInt8] = []
    result.reserveCapacity((octets.count + 2) / 3 * 4)
    for start in stride(from: 0, to: octets.count, by: 3) {
      let group = octets[start..<min(start + 3, octets.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        result.append(
          index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : ASCII.equals)
      }
    }
    return result
  }

  /// - Returns: `nil` for what is not base64; only the form for addresses may lack padding.
  static func decode(_ text: [UInt8], isURLSafe: Bool) -> [UInt8]? {
    let end = text.lastIndex { $0 != ASCII.equals }.map { $0 + 1 } ?? 0
    let padding = text.count - end
    guard padding == 0 && isURLSafe || text.count % 4 == 0 && padding < 3, end % 4 != 1 else {
      return nil
    }
    var result: [UInt8] = []
    result.reserveCapacity(end / 4 * 3 + 2)
    var bits = 0
    var count = 0
    for octet in text[..<end] {
      guard let value = value(of: octet, isURLSafe: isURLSafe) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> count))
        bits &= 1 << count - 1
      }
    }
    return bits == 0 ? result : nil
  }

  private static func value(of octet: UInt8, isURLSafe: Bool) -> Int? {
    switch octet {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(octet) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(octet) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(octet) + 4
    case UInt8(ascii: "+") where !isURLSafe, ASCII.hyphen where isURLSafe: 62
    case UInt8(ascii: "/") where !isURLSafe, UInt8(ascii: "_") where isURLSafe: 63
    default: nil
    }
  }
}
