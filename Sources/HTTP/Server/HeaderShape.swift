import Octets

/// The shape of a header as it lies in libmicrohttpd's memory after parsing.
///
/// The library ends a header early at a line that begins with a colon or a NUL, cuts what stands
/// behind a NUL, joins lines, and takes a bare line feed for a line's end; none of that shows in
/// the fields it hands out. It overwrites each colon and line end by NULs, so octets that are
/// accounted for in no other way are seen here. Only a lone colon before a bare line feed looks as
/// the header's end does; no proxy that we know lets both pass.
enum HeaderShape {
  /// Whether every octet from the end of the version to the end of the header belongs to one of
  /// the fields that the library found, or to a line end.
  static func isWhole(_ memory: [UInt8], fields: Int) -> Bool {
    var rest = memory[...]
    guard takeLineEnd(&rest) else { return false }
    for _ in 0..<fields {
      let name = rest.prefix { $0 != ASCII.nul }
      guard !name.isEmpty, name.allSatisfy(\.isTokenOctet) else { return false }
      rest = rest.dropFirst(name.count + 1).drop { $0 != ASCII.nul }
      guard takeLineEnd(&rest) else { return false }
    }
    return takeLineEnd(&rest) && rest.isEmpty
  }

  /// CR LF, which are two NULs by now.
  private static func takeLineEnd(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.prefix(2).elementsEqual([ASCII.nul, ASCII.nul]) else { return false }
    rest = rest.dropFirst(2)
    return true
  }
}
