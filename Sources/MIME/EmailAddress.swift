import Octets

/// A single `local@domain` address that a sender may write to, as it goes into an SMTP envelope.
///
/// The domain is kept in lower-case A-labels. The local part keeps the case it was written in,
/// because only the receiving server may interpret it (RFC 5321 §2.4), and its quotation marks
/// only where it needs them.
public struct EmailAddress: Sendable, Hashable {
  /// What goes between `<` and `>` of an envelope: the local part, quoted if it must be, the @ and
  /// the domain.
  public let wire: [UInt8]
  private let at: Int
  /// Whether the local part holds characters beyond ASCII (RFC 6531).
  public let needsSMTPUTF8: Bool

  /// Exceptions from what a contact may have.
  public struct Allowance: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Domains without a dot, such as `localhost`.
    public static let localDomains = Allowance(rawValue: 1)
  }

  /// Reads an address with nothing around it.
  public init(
    _ bytes: some Collection<UInt8>, allowing allowance: Allowance = []
  ) throws(ParseError) {
    let parsed = bytes.withContiguousStorageIfAvailable {
      EmailAddress.parse($0, allowing: allowance)
    }
    self = try (parsed ?? EmailAddress.parse(copying: bytes, allowing: allowance)).get()
  }

  /// Reads an address with nothing around it.
  public init(_ text: String, allowing allowance: Allowance = []) throws(ParseError) {
    var text = text
    self = try text.withUTF8 { EmailAddress.parse($0, allowing: allowance) }.get()
  }

  /// Reads an address that may have ASCII white space around it.
  public init(
    trimming bytes: some BidirectionalCollection<UInt8>, allowing allowance: Allowance = []
  ) throws(ParseError) {
    try self.init(bytes.trimmingASCIIWhitespace, allowing: allowance)
  }

  /// Reads an address that may have ASCII white space around it.
  public init(trimming text: String, allowing allowance: Allowance = []) throws(ParseError) {
    try self.init(text.utf8.trimmingASCIIWhitespace, allowing: allowance)
  }

  /// An address that a parser took apart; `at` is the offset of the @ in `wire`.
  init(wire: [UInt8], at: Int, needsSMTPUTF8: Bool) {
    self.wire = wire
    self.at = at
    self.needsSMTPUTF8 = needsSMTPUTF8
  }

  /// The domain in lower-case A-labels.
  public var domain: [UInt8] { Array(wire[(at + 1)...]) }

  /// The local part itself, without quotation marks and backslashes.
  public var local: [UInt8] {
    guard wire.first == ASCII.quote else { return Array(wire[..<at]) }
    var local: [UInt8] = []
    var isEscaped = false
    for octet in wire[1..<(at - 1)] {
      isEscaped = octet == ASCII.backslash && !isEscaped
      if !isEscaped { local.append(octet) }
    }
    return local
  }

  /// What two spellings that people take for one address have in common: `Ada@x.org`, `ada@X.org`.
  public var key: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: wire.count) { buffer, count in
      for octet in wire {
        buffer.initializeElement(at: count, to: octet.lowercasedASCII)
        count &+= 1
      }
    }
  }
}

extension EmailAddress: CustomStringConvertible {
  public var description: String { String(decoding: wire, as: UTF8.self) }
}
