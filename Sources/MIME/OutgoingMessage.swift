/// A message as it goes to a server, before dots are stuffed: what is its own, and what it shares
/// with the other messages of its campaign.
package struct OutgoingMessage: Sendable {
  /// The header, and the body up to the attachments.
  package let head: [UInt8]
  /// The attachments, one array each, the same for every message of a frame.
  package let shared: [[UInt8]]
  /// What closes the body; empty where nothing is open.
  package let tail: [UInt8]
  package let traits: Traits

  /// What a server must be told about a message, and what a signer must know.
  package struct Traits: Sendable, Hashable {
    /// How many octets of the head are header, the empty line behind it included.
    package let headerCount: Int
    /// The octets of head, shared parts and tail together.
    package let size: Int
    /// Whether an address in the header has characters beyond ASCII (RFC 6532).
    package let needsSMTPUTF8: Bool
    /// Whether any octet is beyond ASCII; those of bodies never are.
    package var needs8BitMIME: Bool { needsSMTPUTF8 }
  }

  package var size: Int { traits.size }
  package var needsSMTPUTF8: Bool { traits.needsSMTPUTF8 }
  package var needs8BitMIME: Bool { traits.needs8BitMIME }

  /// All of it in one array.
  package var bytes: [UInt8] { head + shared.joined() + tail }
}
