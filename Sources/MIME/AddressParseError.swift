extension EmailAddress {
  /// Why a piece of text is not an address that a sender is willing to write to.
  public enum ParseError: Error, Hashable, Sendable {
    case empty
    case noAt
    case moreThanOneAt
    case noLocalPart
    case noDomain
    /// The whole address has more than 254 octets.
    case tooLong
    /// The part before the @ has more than 64 octets.
    case localPartTooLong
    /// The domain has more than 255 octets.
    case domainTooLong
    /// A label of the domain has more than 63 octets.
    case labelTooLong
    case emptyLabel
    case hyphenAtLabelEdge
    /// The part before the @ begins or ends with a dot, or has two in a row.
    case misplacedDot
    case addressLiteral
    case singleLabelDomain
    case numericTopLevelDomain
    case notAnInternationalDomain
    case space
    case controlCharacter
    case comment
    case angleBracket
    case severalAddresses
    case unclosedQuote
    case textAfterQuote
    case notUTF8
    case character(Unicode.Scalar)
  }
}

extension EmailAddress.ParseError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "there is no address"
    case .noAt: "there is no @"
    case .moreThanOneAt: "there is more than one @"
    case .noLocalPart: "there is nothing before the @"
    case .noDomain: "there is nothing after the @"
    case .tooLong: "the address is longer than 254 octets"
    case .localPartTooLong: "the part before the @ is longer than 64 octets"
    case .domainTooLong: "the domain is longer than 255 octets"
    case .labelTooLong: "a label of the domain is longer than 63 octets"
    case .emptyLabel: "the domain has an empty label"
    case .hyphenAtLabelEdge: "a label of the domain begins or ends with a hyphen"
    case .misplacedDot: "the part before the @ begins or ends with a dot, or has two in a row"
    case .addressLiteral: "an IP address in brackets is not allowed here"
    case .singleLabelDomain: "the domain has no dot"
    case .numericTopLevelDomain: "the domain ends in a number"
    case .notAnInternationalDomain: "the domain is not a valid international name"
    case .space: "a space is not allowed here"
    case .controlCharacter: "a control character is not allowed here"
    case .comment: "a comment in parentheses is not allowed here"
    case .angleBracket: "only the address is allowed here, without < and >"
    case .severalAddresses: "only one address is allowed here"
    case .unclosedQuote: "a quotation mark is not closed"
    case .textAfterQuote: "there is text between the closing quotation mark and the @"
    case .notUTF8: "the text is not valid UTF-8"
    case .character(let scalar):
      "the character \"\(scalar)\" (\(scalar.codePoint)) is not allowed here"
    }
  }

  /// The reason why `scalar` cannot stand in an address outside quotation marks.
  static func refusing(_ scalar: Unicode.Scalar) -> Self {
    switch scalar {
    case " ": .space
    case "(", ")": .comment
    case "<", ">": .angleBracket
    case ",", ";": .severalAddresses
    case "@": .moreThanOneAt
    default:
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: .controlCharacter
      case .spaceSeparator: .space
      default: .character(scalar)
      }
    }
  }
}
