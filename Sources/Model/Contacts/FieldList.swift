import Octets

/// A recipient's values as storage keeps them: a JSON array of strings.
///
/// The columns' names stand once, with the audience; a row holds values only.
public enum FieldList {
  /// Appends the array of values, which are UTF-8: other text has been refused long before.
  public static func append(
    _ values: some Sequence<ArraySlice<UInt8>>, to output: inout [UInt8]
  ) {
    output.append(UInt8(ascii: "["))
    var isFirst = true
    for value in values {
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      output.append(ASCII.quote)
      for octet in value {
        switch octet {
        case ASCII.quote, ASCII.backslash:
          output.append(ASCII.backslash)
          output.append(octet)
        case 0..<0x20:
          output.append("\\u00")
          output.append(hexDigit(octet >> 4))
          output.append(hexDigit(octet & 15))
        default: output.append(octet)
        }
      }
      output.append(ASCII.quote)
    }
    output.append(UInt8(ascii: "]"))
  }

  /// The values of an array that ``append(_:to:)`` wrote.
  ///
  /// - Returns: `nil` when the text is not such an array.
  public static func values(_ json: [UInt8]) -> [[UInt8]]? {
    json.withUnsafeBufferPointer { text in
      var at = 0
      func skip(_ octet: UInt8) -> Bool {
        guard at < text.count, text[at] == octet else { return false }
        at += 1
        return true
      }
      guard skip(UInt8(ascii: "[")) else { return nil }
      var values: [[UInt8]] = []
      if skip(UInt8(ascii: "]")) { return at == text.count ? values : nil }
      repeat {
        guard skip(ASCII.quote) else { return nil }
        let start = at
        while at < text.count, text[at] != ASCII.quote, text[at] != ASCII.backslash {
          guard text[at] >= 0x20 else { return nil }
          at += 1
        }
        var value = [UInt8](text[start..<at])
        while at < text.count, text[at] != ASCII.quote {
          guard text[at] == ASCII.backslash else {
            guard text[at] >= 0x20 else { return nil }
            value.append(text[at])
            at += 1
            continue
          }
          guard let (octet, length) = escape(text, at: at) else { return nil }
          value.append(octet)
          at += length
        }
        guard skip(ASCII.quote) else { return nil }
        values.append(value)
      } while skip(UInt8(ascii: ","))
      return skip(UInt8(ascii: "]")) && at == text.count ? values : nil
    }
  }

  /// The octet that an escape stands for; of all JSON escapes those that ``append(_:to:)`` writes.
  private static func escape(
    _ text: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> (octet: UInt8, length: Int)? {
    guard start + 1 < text.count else { return nil }
    let sign = text[start + 1]
    if sign == ASCII.quote || sign == ASCII.backslash { return (sign, 2) }
    guard sign == UInt8(ascii: "u"), start + 5 < text.count, text[start + 2] == ASCII.zero,
      text[start + 3] == ASCII.zero, let high = hexValue(text[start + 4]), high < 2,
      let low = hexValue(text[start + 5])
    else { return nil }
    return (high << 4 | low, 6)
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  private static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
