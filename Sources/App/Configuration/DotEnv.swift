import Octets

/// The settings of a `.env` file: a line `NAME=value` each.
///
/// Values may stand in single quotes (taken as they are) or double ones (`\n`, `\t`, `\"`, `\\`
/// and `\$` are read); `#` begins a comment, `export` may stand before a name. Nothing is
/// interpolated.
public struct DotEnv: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let value: String
    /// Counted from 1.
    public let line: Int
  }

  public let entries: [Entry]

  public init(_ bytes: [UInt8]) throws(ConfigurationError) {
    var entries: [Entry] = []
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    var number = 0
    for raw in text.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false) {
      number += 1
      let line = raw.trimmingASCIIWhitespace
      guard let first = line.first, first != Self.hash else { continue }
      guard String(validating: line, as: UTF8.self) != nil, !line.contains(ASCII.nul) else {
        throw .badLine(number, reason: "it is not UTF-8 text.")
      }
      entries.append(try Self.entry(line, number: number))
    }
    self.entries = entries
  }

  private static let hash = UInt8(ascii: "#")

  private static func entry(
    _ line: ArraySlice<UInt8>, number: Int
  ) throws(ConfigurationError) -> Entry {
    guard let equals = line.firstIndex(of: ASCII.equals) else {
      throw .badLine(number, reason: "there is no '='. Write NAME=value.")
    }
    var name = line[..<equals].trimmingASCIIWhitespace
    if name.starts(with: Array("export".utf8)), name.dropFirst(6).first?.isASCIIWhitespace == true {
      name = name.dropFirst(6).trimmingASCIIWhitespace
    }
    guard let first = name.first, !first.isASCIIDigit, name.allSatisfy(isNamePart) else {
      throw .badLine(number, reason: "the name before '=' is not made of letters, digits and _.")
    }
    let rest = line[line.index(after: equals)...].trimmingASCIIWhitespace
    let value: [UInt8]
    switch rest.first {
    case ASCII.quote, UInt8(ascii: "'"): value = try quoted(rest, number: number)
    default: value = bare(rest)
    }
    return Entry(
      name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self),
      line: number)
  }

  private static func isNamePart(_ octet: UInt8) -> Bool {
    octet.isASCIILetter || octet.isASCIIDigit || octet == UInt8(ascii: "_")
  }

  /// A value without quotes ends at a `#` behind white space.
  private static func bare(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var isBehindSpace = true
    for (index, octet) in zip(text.indices, text) {
      if octet == hash, isBehindSpace { return Array(text[..<index].trimmingASCIIWhitespace) }
      isBehindSpace = octet.isASCIIWhitespace
    }
    return Array(text)
  }

  private static func quoted(
    _ text: ArraySlice<UInt8>, number: Int
  ) throws(ConfigurationError) -> [UInt8] {
    var value: [UInt8] = []
    var rest = text
    guard let mark = rest.popFirst() else { return [] }
    while let octet = rest.popFirst() {
      if octet == mark {
        let behind = rest.trimmingASCIIWhitespace
        guard behind.isEmpty || behind.first == hash else {
          throw .badLine(number, reason: "there is text behind the closing quote.")
        }
        return value
      }
      guard octet == ASCII.backslash, mark == ASCII.quote, let next = rest.first else {
        value.append(octet)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): value.append(ASCII.lineFeed)
      case UInt8(ascii: "r"): value.append(ASCII.carriageReturn)
      case UInt8(ascii: "t"): value.append(ASCII.tab)
      case ASCII.quote, ASCII.backslash, UInt8(ascii: "$"): value.append(next)
      default: value += [octet, next]
      }
      rest = rest.dropFirst()
    }
    throw .badLine(number, reason: "the quote is never closed.")
  }
}
