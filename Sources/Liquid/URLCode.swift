import Octets

/// The percent code of forms and queries, in which a space is `+`.
enum URLCode {
  static func encode(_ text: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for octet in text {
      switch octet {
      case ASCII.space: result.append(UInt8(ascii: "+"))
      case ASCII.hyphen, ASCII.dot, UInt8(ascii: "~"): result.append(octet)
      case _ where octet.isWord: result.append(octet)
      default:
        result.append(contentsOf: [
          UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)],
        ])
      }
    }
    return result
  }

  /// A percent sign that no two digits follow stays.
  static func decode(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      let octet = text[at]
      if octet == UInt8(ascii: "%"), at + 2 < text.count, let high = digit(text[at + 1]),
        let low = digit(text[at + 2])
      {
        result.append(high << 4 | low)
        at += 3
        continue
      }
      result.append(octet == UInt8(ascii: "+") ? ASCII.space : octet)
      at += 1
    }
    return result
  }

  private static func digit(_ octet: UInt8) -> UInt8? {
    if octet.isASCIIDigit { return octet & 15 }
    let letter = (octet | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }
}
