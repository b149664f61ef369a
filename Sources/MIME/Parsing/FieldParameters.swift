import Octets

/// A structured value such as `text/plain; charset=utf-8`: a first word and named parameters.
///
/// Values in sections, in percent-encoding and in a charset of their own are put together
/// (RFC 2231); encoded words, which should not be there, are decoded too.
public struct FieldParameters: Sendable {
  /// What stands before the first `;`, in lower case, comments left out.
  public let value: String
  private let octetsByName: [String: Parameter]

  /// A value as octets, and the charset that they name.
  private struct Parameter {
    var octets: [UInt8]
    var charset: String?
    var isExtended: Bool
  }

  /// More parameters are left out.
  private static let mostParameters = 200

  /// Reads an unfolded value.
  public init(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    value = String(decoding: reader.firstValue().lowercasedASCII, as: UTF8.self)
    var sections: [String: [Int: Section]] = [:]
    var count = 0
    while count < FieldParameters.mostParameters, let (name, section) = reader.nextSection() {
      count += 1
      // What comes first counts; an extended value stands beside a plain one for older readers.
      if sections[name]?[section.number] == nil {
        sections[name, default: [:]][section.number] = section
      }
    }
    octetsByName = sections.mapValues(FieldParameters.joined)
  }

  /// The decoded value of a parameter; its name is given in lower case.
  public subscript(name: String) -> String? { decoded(name)?.text }

  /// The decoded value of a parameter, and how well it could be read.
  public func decoded(_ name: String) -> DecodedText? {
    guard let parameter = octetsByName[name] else { return nil }
    guard parameter.isExtended else { return EncodedWordReader.read(parameter.octets) }
    var text = DecodedText(parameter.octets[...], label: parameter.charset)
    text.text = HeaderText(sanitising: text.text).description
    return text
  }

  /// The value of a parameter as it came, without quotation marks.
  func octets(_ name: String) -> [UInt8]? { octetsByName[name]?.octets }

  /// One section of a value; `number` is -1 for a plain value and -2 for a whole extended one.
  private struct Section {
    var number: Int
    var isExtended: Bool
    var octets: [UInt8]
  }

  private static func joined(_ sections: [Int: Section]) -> Parameter {
    if let whole = sections[-2] { return extended([whole]) }
    var row: [Section] = []
    while let next = sections[row.count] { row.append(next) }
    if !row.isEmpty { return extended(row) }
    return Parameter(octets: sections[-1]?.octets ?? [], isExtended: false)
  }

  private static func extended(_ row: [Section]) -> Parameter {
    var octets: [UInt8] = []
    var charset: String?
    for (index, section) in row.enumerated() {
      var rest = section.octets[...]
      if section.isExtended {
        let marks = rest.indices.lazy.filter { rest[$0] == UInt8(ascii: "'") }.prefix(2)
        if index == 0, marks.count == 2, let first = marks.first, let last = Array(marks).last {
          charset = String(decoding: rest[..<first], as: UTF8.self)
          rest = rest[(last + 1)...]
        }
        appendUnescaped(rest, to: &octets)
      } else {
        octets += rest
      }
    }
    let isExtended = row.contains(where: \.isExtended)
    return Parameter(
      octets: octets, charset: charset == "" ? nil : charset, isExtended: isExtended)
  }

  private static func appendUnescaped(_ text: ArraySlice<UInt8>, to octets: inout [UInt8]) {
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == UInt8(ascii: "%"), at + 2 < text.endIndex,
        let high = Hexadecimal.value(text[at + 1]), let low = Hexadecimal.value(text[at + 2])
      {
        octets.append(high &<< 4 | low)
        at += 3
      } else {
        octets.append(text[at])
        at += 1
      }
    }
  }

  /// What is left of a value.
  private struct Reader {
    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func firstValue() -> [UInt8] { unquotedValue() }

    mutating func nextSection() -> (String, Section)? {
      while at < bytes.count {
        skip(while: { $0 == ASCII.semicolon || $0.isASCIIWhitespace })
        let start = at
        skip(while: { $0 != ASCII.equals && $0 != ASCII.semicolon })
        let name = bytes[start..<at].trimmingASCIIWhitespace.lowercasedASCII
        guard at < bytes.count, bytes[at] == ASCII.equals else { continue }
        at += 1
        skip(while: \.isASCIIWhitespace)
        let isQuoted = at < bytes.count && bytes[at] == ASCII.quote
        let octets = isQuoted ? quotedValue() : unquotedValue()
        if let found = Reader.section(of: name, octets) { return found }
      }
      return nil
    }

    /// Takes `name*12*` apart.
    private static func section(of name: [UInt8], _ octets: [UInt8]) -> (String, Section)? {
      let pieces = name.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
      guard let first = pieces.first, !first.isEmpty, first.count <= 60 else { return nil }
      let isExtended = pieces.count > 1 && pieces.last?.isEmpty == true
      let number: Int
      switch (pieces.count, isExtended) {
      case (1, _): number = -1
      case (2, true): number = -2
      case (2, false), (3, true):
        guard pieces[1].count <= 3, let parsed = Int(String(decoding: pieces[1], as: UTF8.self)),
          parsed >= 0
        else { return nil }
        number = parsed
      default: return nil
      }
      let section = Section(number: number, isExtended: isExtended, octets: octets)
      return (String(decoding: first, as: UTF8.self), section)
    }

    private mutating func skip(while isSkipped: (UInt8) -> Bool) {
      while at < bytes.count, isSkipped(bytes[at]) { at += 1 }
    }

    /// Takes what stands before the next `;`, comments left out.
    private mutating func unquotedValue() -> [UInt8] {
      let start = at
      skip(while: { $0 != ASCII.semicolon })
      let value = bytes[start..<at]
      let comment = value.indices.first {
        value[$0] == UInt8(ascii: "(") && ($0 == start || value[$0 - 1].isASCIIWhitespace)
      }
      return Array(value[..<(comment ?? at)].trimmingASCIIWhitespace)
    }

    /// Takes what stands between quotation marks.
    private mutating func quotedValue() -> [UInt8] {
      at += 1
      var value: [UInt8] = []
      while at < bytes.count, bytes[at] != ASCII.quote {
        if bytes[at] == ASCII.backslash, at + 1 < bytes.count { at += 1 }
        value.append(bytes[at])
        at += 1
      }
      skip(while: { $0 != ASCII.semicolon })
      return value
    }
  }
}
