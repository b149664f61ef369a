import Octets

/// The name that a message keeps through every attempt to deliver it, `<…@…>` (RFC 5322 §3.6.4).
public struct MessageID: Sendable, Hashable {
  /// The angle brackets included.
  public let bytes: [UInt8]

  /// The same octets give the same name.
  ///
  /// - Parameters:
  ///   - unique: What no other message has, such as its delivery's identifier; the first 64 octets
  ///     count.
  ///   - sender: Whose domain stands on the right.
  public init(unique: [UInt8], sender: EmailAddress) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * min(unique.count, 64) + sender.wire.count + 2)
    bytes.append(UInt8(ascii: "<"))
    for octet in unique.prefix(64) {
      bytes.append(Hexadecimal.small(octet &>> 4))
      bytes.append(Hexadecimal.small(octet & 15))
    }
    bytes.append(ASCII.at)
    bytes.append(contentsOf: sender.domain)
    bytes.append(UInt8(ascii: ">"))
    self.bytes = bytes
  }

  /// A name that was written down, brackets included; `nil` when it is none that may be sent.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= 900, bytes.first == UInt8(ascii: "<"), bytes.last == UInt8(ascii: ">"),
      case let inside = bytes.dropFirst().dropLast(),
      inside.allSatisfy({ (0x21...0x7E).contains($0) && !"<>\"\\()[]:;,".utf8.contains($0) })
    else { return nil }
    let parts = inside.split(separator: ASCII.at, omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.bytes = bytes
  }
}

extension MessageID: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
