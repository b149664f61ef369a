import Octets

/// What a request line points at: a path, decoded and normalised, and the query beside it.
///
/// Made from the raw octets, before any library has cut them at a NUL or resolved their dots.
public struct Target: Sendable, Equatable {
  /// Begins with a slash; holds no empty, `.` or `..` segments and no control characters.
  public let path: String
  /// The decoded parts of the path; a trailing slash shows as a last empty one, `/` is `[""]`.
  public let segments: [String]
  public let query: FormFields
  /// The host (and port) of a target in absolute form, `nil` for the usual one.
  public let authority: String?

  /// Why a target is refused.
  public enum Refusal: Error, Equatable {
    case notAbsolute
    case badEscape
    case badEncoding
    /// A control character, an encoded slash, a backslash, or raw octets beyond ASCII.
    case forbiddenCharacter
    case dotSegment
    case tooManyItems
  }

  public init(_ text: String) throws(Refusal) { try self.init(Array(text.utf8)) }

  public init(_ raw: [UInt8]) throws(Refusal) {
    guard raw.allSatisfy({ $0 > ASCII.space && $0 < 0x7F }) else { throw .forbiddenCharacter }
    var rest = raw[...]
    if let end = Self.schemeEnd(rest) {
      let start = rest.index(rest.startIndex, offsetBy: end)
      let slash =
        rest[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        ?? rest.endIndex
      authority = String(decoding: rest[start..<slash], as: UTF8.self)
      rest = rest[slash...]
      if rest.first != UInt8(ascii: "/") { rest = [UInt8(ascii: "/")] + rest }
    } else {
      authority = nil
    }
    let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
    segments = try Self.segments(rest[..<mark])
    path = "/" + segments.joined(separator: "/")
    guard let query = FormFields(urlencoded: mark < rest.endIndex ? rest[(mark + 1)...] : []) else {
      throw .tooManyItems
    }
    for item in query.items where item.name.utf8.contains(0) || item.value.utf8.contains(0) {
      throw .forbiddenCharacter
    }
    self.query = query
  }

  /// How many octets `http://` takes at the start, `nil` when the target is not in absolute form.
  private static func schemeEnd(_ raw: ArraySlice<UInt8>) -> Int? {
    if raw.prefix(7).equalsIgnoringASCIICase("http://") { return 7 }
    if raw.prefix(8).equalsIgnoringASCIICase("https://") { return 8 }
    return nil
  }

  private static func segments(_ raw: ArraySlice<UInt8>) throws(Refusal) -> [String] {
    guard raw.first == UInt8(ascii: "/") else { throw .notAbsolute }
    var found: [String] = []
    for piece in raw.split(separator: UInt8(ascii: "/")) {
      guard let octets = PercentEncoding.decodeStrictly(piece) else { throw .badEscape }
      if octets.elementsEqual([ASCII.dot]) || octets.elementsEqual([ASCII.dot, ASCII.dot]) {
        throw .dotSegment
      }
      for octet in octets
      where octet < ASCII.space || octet == 0x7F || octet == UInt8(ascii: "/")
        || octet == ASCII.backslash
      {
        throw .forbiddenCharacter
      }
      guard let text = String(validating: octets, as: UTF8.self) else { throw .badEncoding }
      found.append(text)
    }
    // Doubled slashes have collapsed; the last one still tells a folder from a page.
    if raw.last == UInt8(ascii: "/") { found.append("") }
    return found
  }
}
