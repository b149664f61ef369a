import Octets

/// One field of a header, folded and encoded, ready to be written into a message.
package struct HeaderField: Sendable, Hashable {
  /// The lines, each with its CRLF.
  package let bytes: [UInt8]
  /// Whether the field holds an address with characters beyond ASCII.
  package let needsSMTPUTF8: Bool
  let nameCount: Int

  /// A field of free text, such as `X-Campaign`.
  package init(_ name: String, text: HeaderText) throws(HeaderError) {
    var (bytes, column) = try HeaderField.opening(name)
    nameCount = bytes.count - 2
    HeaderFolding.appendText(text, column: &column, to: &bytes)
    bytes.append("\r\n")
    self.bytes = bytes
    needsSMTPUTF8 = false
  }

  /// A field whose value has a grammar of its own and is written as it is, such as
  /// `List-Unsubscribe`: ASCII, folded only where it has spaces.
  package init(_ name: String, structured value: HeaderText) throws(HeaderError) {
    var (bytes, column) = try HeaderField.opening(name)
    nameCount = bytes.count - 2
    if let index = value.bytes.firstIndex(where: { $0 >= 0x80 }) {
      throw .notText(position: index + 1)
    }
    let words = Array(value.bytes.trimmingASCIIWhitespace)
    guard HeaderFolding.fitsLines(words, column: column) else { throw .tooLong(name) }
    HeaderFolding.appendPlain(words, column: &column, to: &bytes)
    bytes.append("\r\n")
    self.bytes = bytes
    needsSMTPUTF8 = false
  }

  /// A field that holds one mailbox, such as `Sender`.
  package init(_ name: String, mailbox: Mailbox) throws(HeaderError) {
    var (bytes, column) = try HeaderField.opening(name)
    nameCount = bytes.count - 2
    mailbox.append(column: &column, to: &bytes)
    bytes.append("\r\n")
    self.bytes = bytes
    needsSMTPUTF8 = mailbox.address.needsSMTPUTF8
  }

  /// As it was given, without the colon.
  package var name: String { String(decoding: bytes[..<nameCount], as: UTF8.self) }

  func hasSameName(as other: HeaderField) -> Bool {
    nameCount == other.nameCount
      && zip(bytes[..<nameCount], other.bytes)
        .allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
  }

  private static func opening(_ name: String) throws(HeaderError) -> ([UInt8], column: Int) {
    var bytes = Array(name.utf8)
    let isValid = bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    guard isValid, (1...76).contains(bytes.count) else { throw .invalidName(name) }
    for reserved in reservedNames where bytes.equalsIgnoringASCIICase(reserved) {
      throw .reservedName(name)
    }
    guard !bytes.starts(withIgnoringASCIICase: "content-") else { throw .reservedName(name) }
    bytes.append(": ")
    return (bytes, bytes.count)
  }

  /// What the message builder writes itself, and what only relays and receivers may.
  private static let reservedNames: [StaticString] = [
    "From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version",
    "DKIM-Signature", "Received", "Return-Path",
  ]
}

extension [UInt8] {
  fileprivate func starts(withIgnoringASCIICase text: StaticString) -> Bool {
    prefix(text.utf8CodeUnitCount).equalsIgnoringASCIICase(text)
  }
}
