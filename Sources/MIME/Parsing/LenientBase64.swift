import Octets

/// Base64 as it arrives: broken lines, foreign characters and missing padding included.
enum LenientBase64 {
  /// What could be decoded, and whether it was written as it should be; `nil` when one digit is left
  /// over, which no base64 has.
  ///
  /// What follows the padding is left out, like a list's footer that was put there as plain text.
  static func decode(_ text: ArraySlice<UInt8>) -> (content: [UInt8], isWellFormed: Bool)? {
    var content: [UInt8] = []
    content.reserveCapacity(text.count / 4 * 3 + 3)
    var bits: UInt32 = 0
    var digits = 0
    var isWellFormed = true
    var rest = text.startIndex
    values.withUnsafeBufferPointer { values in
      for octet in text {
        rest &+= 1
        let value = values[Int(octet)]
        if value < 64 {
          bits = bits &<< 6 | UInt32(value)
          digits &+= 1
          if digits == 4 {
            content.append(UInt8(truncatingIfNeeded: bits &>> 16))
            content.append(UInt8(truncatingIfNeeded: bits &>> 8))
            content.append(UInt8(truncatingIfNeeded: bits))
            digits = 0
          }
        } else if octet == ASCII.equals {
          if digits >= 2 { break }
          isWellFormed = false
        } else if !octet.isASCIIWhitespace {
          isWellFormed = false
        }
      }
    }
    switch digits {
    case 1: return nil
    case 2: content.append(UInt8(truncatingIfNeeded: bits &>> 4))
    case 3:
      content.append(UInt8(truncatingIfNeeded: bits &>> 10))
      content.append(UInt8(truncatingIfNeeded: bits &>> 2))
    default: break
    }
    let footer = text[rest...]
    if !footer.allSatisfy({ $0 == ASCII.equals || $0.isASCIIWhitespace }) { isWellFormed = false }
    return (content, isWellFormed)
  }

  /// The value of each digit; 64 for what is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 64, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, octet) in alphabet.utf8.enumerated() {
      values[Int(octet)] = UInt8(truncatingIfNeeded: value)
    }
    return values
  }()
}
