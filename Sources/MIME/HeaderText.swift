import Octets

/// Text that can stand in a header: valid UTF-8 on one line, without control characters.
///
/// Because every value of a header passes through this type, none can begin a header of its own.
public struct HeaderText: Sendable, Hashable {
  /// UTF-8.
  public let bytes: [UInt8]

  public init(_ text: String) throws(HeaderError) {
    try self.init(Array(text.utf8))
  }

  /// - Throws: ``HeaderError`` for octets that are not UTF-8, and for control characters.
  public init(_ bytes: [UInt8]) throws(HeaderError) {
    if !HeaderText.isPlain(bytes) {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .notText(position: HeaderText.validPrefix(of: bytes) + 1)
      }
      for (index, scalar) in text.unicodeScalars.enumerated() where scalar.isControl {
        throw .controlCharacter(scalar, position: index + 1)
      }
    }
    self.bytes = bytes
  }

  /// Text with a space for every control character (one for CRLF), and U+FFFD for what is not
  /// UTF-8.
  public init(sanitising bytes: [UInt8]) {
    if HeaderText.isPlain(bytes) {
      self.init(clean: bytes)
    } else {
      self.init(sanitising: String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Text with a space for every control character (one for CRLF).
  public init(sanitising text: String) {
    var clean: [UInt8] = []
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if !scalar.isControl {
        clean.append(contentsOf: scalar.utf8)
      } else if scalar != "\n" || last != "\r" {
        clean.append(ASCII.space)
      }
      last = scalar
    }
    self.init(clean: clean)
  }

  private init(clean bytes: [UInt8]) { self.bytes = bytes }

  /// Whether all octets are printable ASCII.
  var isASCII: Bool { HeaderText.isPlain(bytes) }

  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 &- 0x20 < 95 }
  }

  /// How many octets from the start are valid UTF-8.
  private static func validPrefix(of bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var rest = bytes.makeIterator()
    var valid = 0
    while case .scalarValue(let scalar) = decoder.decode(&rest) { valid += scalar.utf8.count }
    return valid
  }
}

extension HeaderText: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
