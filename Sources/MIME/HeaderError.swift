/// Why a value or a name cannot go into a message's header.
public enum HeaderError: Error, Hashable, Sendable {
  /// A character that would end or bend the line; `position` counts characters from 1.
  case controlCharacter(Unicode.Scalar, position: Int)
  /// The octets are not UTF-8 (or, where only ASCII may stand, not ASCII); `position` counts
  /// octets from 1.
  case notText(position: Int)
  /// The name is empty, longer than 76 octets, or holds what a name may not (RFC 5322 §2.2).
  case invalidName(String)
  /// The message builder writes this field itself.
  case reservedName(String)
  /// The same field was given twice.
  case repeatedName(String)
  /// A word of the value does not fit into a line of 998 octets.
  case tooLong(String)
  /// The text is not a content type that an attachment can have.
  case invalidContentType(String)
}

extension HeaderError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .controlCharacter(let scalar, let position):
      "the character at position \(position) is \(HeaderError.name(of: scalar)), "
        + "which is not allowed here"
    case .notText(let position):
      "the octet at position \(position) is not text that may stand here"
    case .invalidName(let name): "\"\(name)\" is not a valid header name"
    case .reservedName(let name): "the header \(name) is written by the program itself"
    case .repeatedName(let name): "the header \(name) is given more than once"
    case .tooLong(let name): "the header \(name) has a word that is too long for a line"
    case .invalidContentType(let type): "\"\(type)\" is not a content type for an attachment"
    }
  }

  private static func name(of scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\0": "a NUL (U+0000)"
    case "\t": "a tab (U+0009)"
    case "\n": "a line feed (U+000A)"
    case "\r": "a carriage return (U+000D)"
    default: "the control character \(scalar.codePoint)"
    }
  }
}
