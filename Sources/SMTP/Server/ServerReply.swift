import Octets

/// What the server answers: a code, an enhanced code (RFC 3463) and one or more lines of text.
public struct ServerReply: Sendable, Equatable {
  public let code: Int
  public let enhanced: String?
  public let text: String

  /// A code outside 200...599 becomes 451; line feeds in `text` make a reply of many lines.
  public init(_ code: Int, _ enhanced: String? = nil, _ text: String) {
    self.code = 200...599 ~= code ? code : 451
    self.enhanced = enhanced
    self.text = text
  }

  /// Whether the command it answers has its effect.
  public var isPositive: Bool { code < 400 }

  /// Whether the connection ends with it (RFC 5321 §3.8).
  var ends: Bool { code == 421 || code == 221 }

  /// Writes the reply; whatever a script put into the text, no line of it forges another.
  func write(into output: inout [UInt8]) {
    // RFC 5321 §4.5.3.1.5: 512 octets a line, with code and CRLF.
    let lines = text.utf8.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      output.append(decimal: code)
      output.append(index == lines.count - 1 ? ASCII.space : ASCII.hyphen)
      if let enhanced {
        output.append(contentsOf: enhanced.utf8.filter { $0 > 0x20 && $0 < 0x7F }.prefix(16))
        output.append(ASCII.space)
      }
      output.append(contentsOf: line.filter { $0 >= 0x20 && $0 != 0x7F }.prefix(480))
      output.append("\r\n")
    }
  }
}
