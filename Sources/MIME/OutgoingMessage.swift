/// A message as it goes to a server, before dots are stuffed: what is its own, and what it shares
/// with the other messages of its campaign.
public struct OutgoingMessage: Sendable {
  /// The header, and the body up to the attachments.
  public let head: [UInt8]
  /// The attachments, one array each, the same for every message of a frame.
  public let shared: [[UInt8]]
  /// What closes the body; empty where nothing is open.
  public let tail: [UInt8]
  public let traits: Traits

  /// What a server must be told about a message, and what a signer must know.
  public struct Traits: Sendable, Hashable {
    /// How many octets of the head are header, the empty line behind it included.
    public let headerCount: Int
    /// The octets of head, shared parts and tail together.
    public let size: Int
    /// Whether an address in the header has characters beyond ASCII (RFC 6532).
    public let needsSMTPUTF8: Bool
    /// Whether any octet is beyond ASCII; those of bodies never are.
    public var needs8BitMIME: Bool { needsSMTPUTF8 }
  }

  public var size: Int { traits.size }
  public var needsSMTPUTF8: Bool { traits.needsSMTPUTF8 }
  public var needs8BitMIME: Bool { traits.needs8BitMIME }

  /// All of it in one array.
  public var bytes: [UInt8] { head + shared.joined() + tail }
}
