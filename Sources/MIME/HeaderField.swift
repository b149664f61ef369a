import Octets

/// One field of a header, folded and encoded, ready to be written into a message.
public struct HeaderField: Sendable, Hashable {
  public let name: HeaderName
  /// The lines, each with its CRLF.
  public let bytes: [UInt8]
  /// Whether the field holds an address with characters beyond ASCII.
  public let needsSMTPUTF8: Bool

  /// A field of free text, such as `X-Campaign`.
  public init(_ name: HeaderName, text: HeaderText) {
    self.init(name) { HeaderFolding.appendText(text, column: &$0, to: &$1) }
  }

  /// A field whose value has a grammar of its own and is written as it is, such as
  /// `List-Unsubscribe`: ASCII, folded only where it has spaces.
  ///
  /// - Throws: ``HeaderError/notText(position:)`` when the value is not ASCII, or
  ///   ``HeaderError/tooLong(_:)`` when it cannot be folded into lines of 998 octets.
  public init(_ name: HeaderName, structured value: HeaderText) throws(HeaderError) {
    if let index = value.bytes.firstIndex(where: { $0 >= 0x80 }) {
      throw .notText(position: index + 1)
    }
    let words = Array(value.bytes.trimmingASCIIWhitespace)
    guard HeaderFolding.fitsLines(words, column: name.bytes.count + 2) else {
      throw .tooLong(name.description)
    }
    self.init(name) { HeaderFolding.appendPlain(words, column: &$0, to: &$1) }
  }

  /// A field that holds one mailbox, such as `Sender`.
  public init(_ name: HeaderName, mailbox: Mailbox) {
    self.init(name, needsSMTPUTF8: mailbox.address.needsSMTPUTF8) {
      mailbox.append(column: &$0, to: &$1)
    }
  }

  private init(
    _ name: HeaderName, needsSMTPUTF8: Bool = false,
    value: (_ column: inout Int, _ field: inout [UInt8]) -> Void
  ) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128)
    bytes.append(contentsOf: name.bytes)
    bytes.append(": ")
    var column = bytes.count
    value(&column, &bytes)
    bytes.append("\r\n")
    self.name = name
    self.bytes = bytes
    self.needsSMTPUTF8 = needsSMTPUTF8
  }

  func hasSameName(as other: HeaderField) -> Bool {
    name.bytes.count == other.name.bytes.count
      && zip(name.bytes, other.name.bytes).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
  }
}
