import Octets

/// An address with the name of whoever reads mail there, as in `Ada Lovelace <ada@x.org>`.
public struct Mailbox: Sendable, Hashable {
  public let name: HeaderText?
  public let address: EmailAddress

  /// An address and the name to show instead of it; an empty name is none.
  public init(name: HeaderText? = nil, address: EmailAddress) {
    self.name = name?.bytes.isEmpty == true ? nil : name
    self.address = address
  }

  /// Why a piece of text is not a name and an address.
  public enum ParseError: Error, Hashable, Sendable {
    case address(EmailAddress.ParseError)
    case name(HeaderError)
    case unclosedQuote
    case unclosedAngleBracket
    case textAfterAddress
  }

  /// Reads `Ada Lovelace <ada@x.org>`, `"Lovelace, Ada" <ada@x.org>` or `ada@x.org`, as people
  /// write them; white space around the parts does not count.
  public init(
    parsing text: String, allowing allowance: EmailAddress.Allowance = []
  ) throws(ParseError) {
    let bytes = Array(text.utf8.trimmingASCIIWhitespace)
    guard let opening = bytes.lastIndex(of: UInt8(ascii: "<")) else {
      if bytes.contains(UInt8(ascii: ">")) { throw .address(.angleBracket) }
      self.init(address: try Mailbox.address(bytes[...], allowing: allowance))
      return
    }
    guard let closing = bytes[opening...].firstIndex(of: UInt8(ascii: ">")) else {
      throw .unclosedAngleBracket
    }
    guard closing == bytes.count - 1 else { throw .textAfterAddress }
    let address = try Mailbox.address(bytes[(opening + 1)..<closing], allowing: allowance)
    let written = Array(bytes[..<opening].trimmingASCIIWhitespace)
    let name = try Mailbox.unquoted(written)
    do throws(HeaderError) {
      self.init(name: try HeaderText(name), address: address)
    } catch {
      throw .name(error)
    }
  }

  private static func address(
    _ bytes: ArraySlice<UInt8>, allowing allowance: EmailAddress.Allowance
  ) throws(ParseError) -> EmailAddress {
    do throws(EmailAddress.ParseError) {
      return try EmailAddress(trimming: bytes, allowing: allowance)
    } catch {
      throw .address(error)
    }
  }

  /// A name without the quotation marks around it and the backslashes inside them.
  private static func unquoted(_ written: [UInt8]) throws(ParseError) -> [UInt8] {
    guard written.first == ASCII.quote else { return written }
    var name: [UInt8] = []
    var isEscaped = false
    for (index, octet) in written.enumerated().dropFirst() {
      if isEscaped {
        isEscaped = false
      } else if octet == ASCII.backslash {
        isEscaped = true
        continue
      } else if octet == ASCII.quote {
        // A name that only begins with a quotation, such as `"Ada" Lovelace`, is kept as written.
        return index == written.count - 1 ? name : written
      }
      name.append(octet)
    }
    throw .unclosedQuote
  }
}

extension Mailbox.ParseError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .address(let error): error.description
    case .name(let error): error.description
    case .unclosedQuote: "a quotation mark is not closed"
    case .unclosedAngleBracket: "the bracket < is not closed"
    case .textAfterAddress: "there is text after the address"
    }
  }
}

extension Mailbox {
  /// Appends the name, as it is, quoted, or as encoded words, and the address.
  ///
  /// `column` counts the octets of the line, before and after.
  public func append(column: inout Int, to header: inout [UInt8]) {
    guard let name else {
      header.append(contentsOf: address.wire)
      column += address.wire.count
      return
    }
    appendPhrase(name, column: &column, to: &header)
    if column + address.wire.count + 3 > HeaderFolding.wantedLine {
      header.append("\r\n")
      column = 0
    }
    header.append(" <")
    header.append(contentsOf: address.wire)
    header.append(">")
    column += address.wire.count + 3
  }

  private func appendPhrase(_ name: HeaderText, column: inout Int, to header: inout [UInt8]) {
    let bytes = name.bytes
    let isAtoms = Mailbox.isAtoms(bytes)
    let escapes = bytes.count { $0 == ASCII.quote || $0 == ASCII.backslash }
    let writtenCount = bytes.count + (isAtoms ? 0 : escapes + 2)
    guard name.isASCII, column + writtenCount <= HeaderFolding.wantedLine,
      !HeaderFolding.containsEncodedWordStart(bytes)
    else {
      EncodedWords.append(bytes, literal: .phrase, column: &column, to: &header)
      return
    }
    column += writtenCount
    if isAtoms {
      header.append(contentsOf: bytes)
      return
    }
    header.append(ASCII.quote)
    for octet in bytes {
      if octet == ASCII.quote || octet == ASCII.backslash { header.append(ASCII.backslash) }
      header.append(octet)
    }
    header.append(ASCII.quote)
  }

  /// Whether a name is a row of atoms with one space between each two.
  private static func isAtoms(_ name: [UInt8]) -> Bool {
    let atext = OctetSet.atext
    var isAfterSpace = true
    for octet in name {
      let isSpace = octet == ASCII.space
      if isSpace ? isAfterSpace : !atext.contains(octet) { return false }
      isAfterSpace = isSpace
    }
    return !isAfterSpace
  }
}
