import Octets

/// How the values of header fields are broken into lines (RFC 5322 §2.2.3): before white space, at
/// 78 octets where there is white space, and never so that a line is empty.
enum HeaderFolding {
  static let wantedLine = 78
  static let longestLine = 998

  /// Appends unstructured text such as a subject, as it is where a reader would give it back as
  /// it is, as encoded words elsewhere.
  ///
  /// `column` counts the octets of the line, before and after.
  static func appendText(_ text: HeaderText, column: inout Int, to header: inout [UInt8]) {
    if text.bytes.isEmpty { return }
    if isPlain(text, column: column) {
      appendPlain(text.bytes, column: &column, to: &header)
    } else {
      EncodedWords.append(text.bytes, literal: .unstructured, column: &column, to: &header)
    }
  }

  /// Whether text can be written without encoded words, in lines of the wanted length.
  private static func isPlain(_ text: HeaderText, column: Int) -> Bool {
    let bytes = text.bytes
    guard text.isASCII, bytes.first != ASCII.space, bytes.last != ASCII.space,
      !containsEncodedWordStart(bytes)
    else { return false }
    var length = column
    var isAfterSpace = false
    for octet in bytes {
      if octet == ASCII.space, !isAfterSpace { length = 0 }
      length += 1
      if length > wantedLine { return false }
      isAfterSpace = octet == ASCII.space
    }
    return true
  }

  /// Whether a reader might take part of the text for an encoded word.
  static func containsEncodedWordStart(_ bytes: [UInt8]) -> Bool {
    zip(bytes, bytes.dropFirst()).contains { $0 == ASCII.equals && $1 == UInt8(ascii: "?") }
  }

  /// Appends printable ASCII that neither begins nor ends with a space, word for word.
  static func appendPlain(_ bytes: [UInt8], column: inout Int, to header: inout [UInt8]) {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] == ASCII.space { end += 1 }
      while end < bytes.count, bytes[end] != ASCII.space { end += 1 }
      if start > 0, column + end - start > wantedLine {
        header.append("\r\n")
        column = 0
      }
      header.append(contentsOf: bytes[start..<end])
      column += end - start
      start = end
    }
  }

  /// Whether every word of printable ASCII, with the spaces before it, fits into a line.
  static func fitsLines(_ bytes: [UInt8], column: Int) -> Bool {
    var length = column
    var isAfterSpace = false
    for octet in bytes {
      if octet == ASCII.space, !isAfterSpace { length = 0 }
      length += 1
      if length > longestLine { return false }
      isAfterSpace = octet == ASCII.space
    }
    return true
  }
}
