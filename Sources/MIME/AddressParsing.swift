import Octets

// A sender's reading of `Mailbox` (RFC 5321 §4.1.2, RFC 6531 §3.3): one quick walk that takes the
// addresses nearly all contacts have, and a slow one for the others that also says what is wrong.
extension EmailAddress {
  typealias Octets = UnsafeBufferPointer<UInt8>

  /// Longer text is refused unread.
  ///
  /// An international domain may be shorter in A-labels than in UTF-8, but never by so much.
  private static let longestInput = 1_024

  static func parse(
    copying bytes: some Collection<UInt8>, allowing allowance: Allowance
  ) -> Result<EmailAddress, ParseError> {
    Array(bytes.prefix(longestInput + 1)).withUnsafeBufferPointer { parse($0, allowing: allowance) }
  }

  static func parse(
    _ text: Octets, allowing allowance: Allowance
  ) -> Result<EmailAddress, ParseError> {
    if let address = parsePlain(text) { return .success(address) }
    return Result { () throws(ParseError) in try parseAny(text, allowing: allowance) }
  }

  /// An ASCII address with a dot-atom before the @ and at least two labels after it; `nil` when it
  /// is anything else or wrong.
  private static func parsePlain(_ text: Octets) -> EmailAddress? {
    guard text.count <= 254 else { return nil }
    let atext = OctetSet.atext
    var at = 0
    var isAfterDot = true
    while at < text.count {
      let octet = text[at]
      if octet == UInt8(ascii: ".") {
        if isAfterDot { return nil }
        isAfterDot = true
      } else if atext.contains(octet) {
        isAfterDot = false
      } else {
        break
      }
      at += 1
    }
    guard at < text.count, text[at] == ASCII.at, !isAfterDot, at <= 64 else { return nil }
    var labels = Labels()
    for octet in text[(at + 1)...] {
      guard labels.take(octet) == nil else { return nil }
    }
    guard labels.end(allowing: []) == nil else { return nil }
    let wire = [UInt8](unsafeUninitializedCapacity: text.count) { buffer, count in
      for index in 0..<at { buffer.initializeElement(at: index, to: text[index]) }
      for index in at..<text.count {
        buffer.initializeElement(at: index, to: text[index].lowercasedASCII)
      }
      count = text.count
    }
    return EmailAddress(wire: wire, at: at, needsSMTPUTF8: false)
  }

  private static func parseAny(
    _ text: Octets, allowing allowance: Allowance
  ) throws(ParseError) -> EmailAddress {
    if text.isEmpty { throw .empty }
    guard text.count <= longestInput else { throw .tooLong }
    guard let string = String(validating: text, as: UTF8.self) else { throw .notUTF8 }
    guard string.utf8.contains(ASCII.at) else { throw .noAt }
    var rest = string.unicodeScalars[...]
    var wire =
      rest.first == "\"" ? try quotedLocalPart(&rest) : try dotAtom(&rest)
    guard rest.popFirst() == "@" else { throw .noAt }
    let at = wire.count
    let needsSMTPUTF8 = wire.contains { $0 >= 0x80 }
    wire.append(ASCII.at)
    try appendDomain(rest, to: &wire, allowing: allowance)
    guard wire.count <= 254 else { throw .tooLong }
    return EmailAddress(wire: wire, at: at, needsSMTPUTF8: needsSMTPUTF8)
  }

  /// Takes the local part up to the @.
  private static func dotAtom(_ rest: inout Substring.UnicodeScalarView) throws(ParseError)
    -> [UInt8]
  {
    var local: [UInt8] = []
    while let scalar = rest.first, scalar != "@" {
      guard scalar == "." || isAtomText(scalar) else { throw .refusing(scalar) }
      local.append(contentsOf: scalar.utf8)
      rest.removeFirst()
    }
    if local.isEmpty { throw .noLocalPart }
    guard local.count <= 64 else { throw .localPartTooLong }
    guard isDotAtom(local) else { throw .misplacedDot }
    return local
  }

  /// Takes a quoted local part, and gives it back quoted only if it must be.
  private static func quotedLocalPart(_ rest: inout Substring.UnicodeScalarView) throws(ParseError)
    -> [UInt8]
  {
    var local: [UInt8] = []
    var written = 2
    rest.removeFirst()
    while let scalar = rest.popFirst(), scalar != "\"" {
      var scalar = scalar
      if scalar == "\\" {
        guard let escaped = rest.popFirst() else { throw .unclosedQuote }
        guard escaped.isASCII else { throw .character(escaped) }
        scalar = escaped
        written += 1
      }
      if scalar.isControl { throw .controlCharacter }
      if scalar != " ", scalar.isInvisible { throw .refusing(scalar) }
      local.append(contentsOf: scalar.utf8)
      // The closing quotation mark may be missing: then there is no @ left to stop at.
      if rest.isEmpty { throw .unclosedQuote }
    }
    written += local.count
    guard rest.first == "@" else { throw rest.isEmpty ? .unclosedQuote : .textAfterQuote }
    guard written <= 64 else { throw .localPartTooLong }
    if isDotAtom(local) { return local }
    var quoted = [ASCII.quote]
    for octet in local {
      if octet == ASCII.quote || octet == ASCII.backslash { quoted.append(ASCII.backslash) }
      quoted.append(octet)
    }
    quoted.append(ASCII.quote)
    return quoted
  }

  private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else {
      return OctetSet.atext.contains(UInt8(truncatingIfNeeded: scalar.value))
    }
    return !scalar.isControl && !scalar.isInvisible
  }

  private static func isDotAtom(_ local: [UInt8]) -> Bool {
    let atext = OctetSet.atext
    var isAfterDot = true
    for octet in local {
      let isDot = octet == ASCII.dot
      if isDot ? isAfterDot : octet < 0x80 && !atext.contains(octet) { return false }
      isAfterDot = isDot
    }
    return !isAfterDot
  }

  private static func appendDomain(
    _ domain: Substring.UnicodeScalarView, to wire: inout [UInt8], allowing allowance: Allowance
  ) throws(ParseError) {
    if domain.isEmpty { throw .noDomain }
    if domain.first == "[" { throw .addressLiteral }
    for scalar in domain where scalar != "." && !isLabelText(scalar) { throw .refusing(scalar) }
    var ascii = Array(String(domain).utf8)
    if !domain.allSatisfy(\.isASCII) {
      guard let converted = InternationalDomain.ascii(ascii) else {
        throw .notAnInternationalDomain
      }
      ascii = converted
    }
    guard ascii.count <= 255 else { throw .domainTooLong }
    var labels = Labels()
    for octet in ascii {
      if let error = labels.take(octet) { throw error }
      wire.append(octet.lowercasedASCII)
    }
    if let error = labels.end(allowing: allowance) { throw error }
  }

  private static func isLabelText(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else {
      return OctetSet.label.contains(UInt8(truncatingIfNeeded: scalar.value))
    }
    return !scalar.isControl && !scalar.isInvisible
  }
}

extension EmailAddress {
  /// The rules for labels, held against a domain octet by octet.
  private struct Labels {
    private let text = OctetSet.label
    private var length = 0
    private var dots = 0
    private var last: UInt8 = ASCII.dot
    private var isNumeric = true

    /// - Returns: What is wrong with the octet, `nil` if nothing is.
    @inline(__always)
    mutating func take(_ octet: UInt8) -> ParseError? {
      if octet == UInt8(ascii: ".") {
        if let error = endLabel() { return error }
        dots &+= 1
        length = 0
        isNumeric = true
      } else {
        guard text.contains(octet) else { return .refusing(Unicode.Scalar(octet)) }
        if octet == UInt8(ascii: "-"), length == 0 { return .hyphenAtLabelEdge }
        length &+= 1
        isNumeric = isNumeric && octet.isASCIIDigit
      }
      last = octet
      return nil
    }

    private func endLabel() -> ParseError? {
      if length == 0 { return .emptyLabel }
      if length > 63 { return .labelTooLong }
      return last == UInt8(ascii: "-") ? .hyphenAtLabelEdge : nil
    }

    func end(allowing allowance: Allowance) -> ParseError? {
      if let error = endLabel() { return error }
      if isNumeric { return .numericTopLevelDomain }
      return dots == 0 && !allowance.contains(.localDomains) ? .singleLabelDomain : nil
    }
  }
}
