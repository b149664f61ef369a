/// A piece of a page: literals go in as they are, interpolated text is escaped.
///
///     let row: HTML = "<td>\(contact.name)</td>"
///
/// Attribute values are always written in double quotes, so that one escaping serves both places.
public struct HTML: Sendable, ExpressibleByStringInterpolation {
  public private(set) var octets: [UInt8]

  public init() { octets = [] }

  public init(stringLiteral text: String) { octets = Array(text.utf8) }

  public init(stringInterpolation parts: Interpolation) { octets = parts.octets }

  /// Text of any origin, escaped.
  public init(text: String) {
    octets = []
    Self.escape(text.utf8, into: &octets)
  }

  public var isEmpty: Bool { octets.isEmpty }

  public static func += (left: inout HTML, right: HTML) { left.octets += right.octets }

  public static func + (left: HTML, right: HTML) -> HTML {
    var sum = left
    sum += right
    return sum
  }

  /// One piece for each element.
  public static func each<Element>(
    _ elements: some Sequence<Element>, _ piece: (Element) throws -> HTML
  ) rethrows -> HTML {
    var all = HTML()
    for element in elements { all += try piece(element) }
    return all
  }

  /// The piece, or nothing.
  public static func when(_ condition: Bool, _ piece: @autoclosure () -> HTML) -> HTML {
    condition ? piece() : HTML()
  }

  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var octets: [UInt8] = []

    public init(literalCapacity: Int, interpolationCount: Int) {
      octets.reserveCapacity(literalCapacity + 24 * interpolationCount)
    }

    public mutating func appendLiteral(_ literal: String) {
      octets.append(contentsOf: literal.utf8)
    }

    public mutating func appendInterpolation(_ text: String) {
      HTML.escape(text.utf8, into: &octets)
    }
    public mutating func appendInterpolation(_ text: String?) {
      if let text { HTML.escape(text.utf8, into: &octets) }
    }
    public mutating func appendInterpolation(_ number: some BinaryInteger) {
      octets.append(contentsOf: String(number).utf8)
    }
    public mutating func appendInterpolation(_ piece: HTML) { octets += piece.octets }
    public mutating func appendInterpolation(_ piece: HTML?) {
      if let piece { octets += piece.octets }
    }
    public mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { octets += piece.octets }
    }
    /// Octets of any origin: what is not UTF-8 shows as U+FFFD.
    public mutating func appendInterpolation(bytes: some Collection<UInt8>) {
      appendInterpolation(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Copies what needs no escaping in one go: most text has nothing to escape at all.
  private static func escape(_ text: String.UTF8View, into out: inout [UInt8]) {
    let isDone: Void? = text.withContiguousStorageIfAvailable { escape($0, into: &out) }
    if isDone == nil { Array(text).withUnsafeBufferPointer { escape($0, into: &out) } }
  }

  private static func escape(_ text: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
    var start = 0
    for index in text.indices {
      let octet = text[index]
      guard isSpecial(octet) else { continue }
      out.append(contentsOf: text[start..<index])
      out.append(contentsOf: replacement(octet).utf8)
      start = index + 1
    }
    out.append(contentsOf: text[start...])
  }

  private static func isSpecial(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
      UInt8(ascii: "'"), 0:
      true
    default: false
    }
  }

  private static func replacement(_ octet: UInt8) -> String {
    switch octet {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    // A browser reads NUL as U+FFFD in some places and drops it in others.
    default: "\u{FFFD}"
    }
  }
}
