import Octets

/// The writing of octets as `%41` (RFC 3986 §2.1).
public enum PercentEncoding {
  /// Everything but letters, digits and `-._~` escaped, as a path segment or query value needs.
  public static func encode(_ text: String) -> String {
    var out: [UInt8] = []
    for octet in text.utf8 {
      if octet.isASCIILetter || octet.isASCIIDigit || octet == ASCII.hyphen || octet == ASCII.dot
        || octet == UInt8(ascii: "_") || octet == UInt8(ascii: "~")
      {
        out.append(octet)
      } else {
        out.append(UInt8(ascii: "%"))
        out.append(digit(octet >> 4))
        out.append(digit(octet & 15))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The octets meant, `nil` when a percent sign lacks its two digits.
  static func decodeStrictly(_ octets: ArraySlice<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(octets.count)
    var at = octets.startIndex
    while at < octets.endIndex {
      if octets[at] == UInt8(ascii: "%") {
        guard let octet = escape(in: octets, at: at) else { return nil }
        out.append(octet)
        at += 3
      } else {
        out.append(octets[at])
        at += 1
      }
    }
    return out
  }

  /// The text of a form's name or value: `+` is a space, a stray percent sign stands for itself,
  /// and octets that are no UTF-8 become U+FFFD.
  static func decodeForm(_ octets: ArraySlice<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(octets.count)
    var at = octets.startIndex
    while at < octets.endIndex {
      if octets[at] == UInt8(ascii: "%"), let octet = escape(in: octets, at: at) {
        out.append(octet)
        at += 3
      } else {
        out.append(octets[at] == UInt8(ascii: "+") ? ASCII.space : octets[at])
        at += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func escape(in octets: ArraySlice<UInt8>, at index: Int) -> UInt8? {
    guard octets.endIndex - index >= 3, let high = value(octets[index + 1]),
      let low = value(octets[index + 2])
    else { return nil }
    return high << 4 | low
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    if digit.isASCIIDigit { return digit &- ASCII.zero }
    let letter = digit.lowercasedASCII
    return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f")
      ? letter &- UInt8(ascii: "a") &+ 10 : nil
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? ASCII.zero &+ value : UInt8(ascii: "A") &+ value &- 10
  }
}
