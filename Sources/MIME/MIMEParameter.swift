import Octets

/// A parameter of a content type or disposition, such as a file's name (RFC 2045 §5.1, RFC 2231).
enum MIMEParameter {
  private static let longestLine = 78

  /// Appends `; name="value"`, each part on a line of its own.
  ///
  /// A value that is long, or more than plain ASCII, goes out in percent-encoding, in numbered
  /// sections where one line does not hold it.
  static func append(_ name: StaticString, _ value: HeaderText, to header: inout [UInt8]) {
    if asciiLikeness(of: value.bytes) == value.bytes {
      appendLikeness(name, value, to: &header)
    } else {
      appendExtended(name, value.bytes, to: &header)
    }
  }

  /// Appends `; name="value"` for readers that know no RFC 2231, what is not ASCII left out.
  ///
  /// Never beside the extended form in one field: strict readers object to a name that stands
  /// twice.
  static func appendLikeness(
    _ name: StaticString, _ value: HeaderText, to header: inout [UInt8]
  ) {
    let likeness = asciiLikeness(of: value.bytes)
    header.append(";\r\n ")
    header.append(name)
    header.append("=\"")
    header.append(contentsOf: likeness)
    header.append("\"")
  }

  private static func appendExtended(
    _ name: StaticString, _ value: [UInt8], to header: inout [UInt8]
  ) {
    let literal = OctetSet.extendedValue
    let encodedCount = value.reduce(0) { $0 + (literal.contains($1) ? 1 : 3) }
    // ` filename*=UTF-8''…;`, and room for `*12` where there are sections.
    let room = longestLine - name.utf8CodeUnitCount - 11
    let isWhole = encodedCount <= room
    var start = 0
    var section = 0
    while start < value.count {
      header.append(";\r\n ")
      header.append(name)
      if !isWhole {
        header.append("*")
        header.append(decimal: section)
      }
      header.append(section == 0 ? "*=UTF-8''" : "*=")
      var left = isWhole ? room : room - 5
      while start < value.count {
        // Readers decode section by section, so a character must not lie in two.
        let next = start + EncodedWords.characterLength(value, at: start)
        let width = value[start..<next].reduce(0) { $0 + (literal.contains($1) ? 1 : 3) }
        if width > left { break }
        left -= width
        appendPercent(value[start..<next], literal: literal, to: &header)
        start = next
      }
      section += 1
    }
  }

  private static func appendPercent(
    _ character: ArraySlice<UInt8>, literal: OctetSet, to header: inout [UInt8]
  ) {
    for octet in character {
      if literal.contains(octet) {
        header.append(octet)
      } else {
        header.append(UInt8(ascii: "%"))
        header.append(hexadecimal: octet)
      }
    }
  }

  /// The value with `_` for every character that is not safe between quotation marks, cut in the
  /// middle to what fits into a line, so that a file keeps its extension.
  private static func asciiLikeness(of value: [UInt8]) -> [UInt8] {
    var likeness: [UInt8] = []
    for octet in value where octet & 0xC0 != 0x80 {
      let isSafe = (0x20...0x7E).contains(octet) && !"\"\\%".utf8.contains(octet)
      likeness.append(isSafe ? octet : UInt8(ascii: "_"))
    }
    if HeaderFolding.containsEncodedWordStart(likeness) {
      likeness = likeness.map { $0 == UInt8(ascii: "?") ? UInt8(ascii: "_") : $0 }
    }
    guard likeness.count > 60 else { return likeness }
    return Array(likeness[..<48]) + likeness[(likeness.count - 12)...]
  }
}
