import Octets

/// The header fields of a message: an ordered list whose names ignore case (RFC 9110 §5).
public struct Fields: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
  public struct Field: Sendable, Equatable {
    public let name: String
    public let value: String
  }

  private var list: [Field] = []

  public init() {}

  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { append(name, value) }
  }

  public var count: Int { list.count }
  public func makeIterator() -> IndexingIterator<[Field]> { list.makeIterator() }

  /// The first field of this name; setting replaces all of them, and `nil` removes them.
  public subscript(name: String) -> String? {
    get { list.first { Self.isSame($0.name, name) }?.value }
    set {
      list.removeAll { Self.isSame($0.name, name) }
      if let newValue { append(name, newValue) }
    }
  }

  public func all(_ name: String) -> [String] {
    list.filter { Self.isSame($0.name, name) }.map(\.value)
  }

  /// Adds a field after the others.
  ///
  /// Control characters become spaces, so that no value can begin a line of its own; a name that
  /// is no token (RFC 9110 §5.6.2) adds nothing.
  public mutating func append(_ name: String, _ value: String) {
    guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenOctet) else { return }
    let isClean = value.utf8.allSatisfy { $0 >= ASCII.space && $0 != 0x7F || $0 == ASCII.tab }
    let clean =
      isClean
      ? value
      : String(
        decoding: value.utf8.map { $0 < ASCII.space || $0 == 0x7F ? ASCII.space : $0 },
        as: UTF8.self)
    list.append(Field(name: name, value: clean))
  }

  /// The members of a comma-separated list over all fields of this name, trimmed.
  public func members(_ name: String) -> [String] {
    all(name).flatMap { value in
      value.utf8.split(separator: UInt8(ascii: ",")).compactMap { member in
        let text = String(decoding: Array(member).trimmingASCIIWhitespace, as: UTF8.self)
        return text.isEmpty ? nil : text
      }
    }
  }

  private static func isSame(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count
      && zip(left.utf8, right.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
  }
}

extension UInt8 {
  /// Whether names of fields, methods and cookies may hold this octet (RFC 9110 §5.6.2).
  var isTokenOctet: Bool {
    if isASCIILetter || isASCIIDigit { return true }
    switch self {
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
      UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
      UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      return true
    default: return false
    }
  }
}
