import Octets

/// What the sender wants to hear of a message's fate, where the server offers DSN (RFC 3461).
public struct NotificationRequest: Sendable, Equatable {
  public enum Event: String, Sendable {
    case success = "SUCCESS"
    case failure = "FAILURE"
    case delay = "DELAY"
  }

  /// How much of the message comes back with a notification.
  public enum Extent: String, Sendable {
    case whole = "FULL"
    case headers = "HDRS"
  }

  /// When to notify; empty for never, `nil` for what the server does unasked.
  public var events: [Event]?
  public var extent: Extent?
  /// Comes back with each notification; printable ASCII, left out when it has more than 100 octets
  /// as it is written.
  public var identifier: [UInt8]?
  /// The address that the message was first sent to; left out when it has more than 500 octets as it
  /// is written.
  public var originalRecipient: [UInt8]?

  public init(
    events: [Event]? = nil, extent: Extent? = nil, identifier: [UInt8]? = nil,
    originalRecipient: [UInt8]? = nil
  ) {
    self.events = events
    self.extent = extent
    self.identifier = identifier
    self.originalRecipient = originalRecipient
  }

  func appendToMail(_ output: inout [UInt8]) {
    if let extent { output += " RET=\(extent.rawValue)".utf8 }
    if let identifier, !identifier.isEmpty, identifier.allSatisfy({ 0x20...0x7E ~= $0 }) {
      let text = Self.xtext(identifier)
      if text.count <= 100 { output += Array(" ENVID=".utf8) + text }
    }
  }

  /// Appends what fits before `end`.
  func appendToRecipient(_ output: inout [UInt8], upTo end: Int = .max) {
    if let events {
      let names = events.isEmpty ? "NEVER" : events.map(\.rawValue).joined(separator: ",")
      output += " NOTIFY=\(names)".utf8
    }
    if let originalRecipient, !originalRecipient.isEmpty {
      let text = Self.originalRecipient(originalRecipient)
      if text.count <= 500, output.count + text.count + 7 <= end {
        output += Array(" ORCPT=".utf8) + text
      }
    }
  }

  /// Beyond ASCII an address has a type and an escape of its own (RFC 6533 §3).
  private static func originalRecipient(_ address: [UInt8]) -> [UInt8] {
    guard address.contains(where: { $0 >= 0x80 }) else {
      return Array("rfc822;".utf8) + xtext(address)
    }
    let escaped = String(decoding: address, as: UTF8.self).unicodeScalars.map { scalar in
      switch scalar {
      case "+", "=", "\\", "\0"..<"!", "\u{7F}"...:
        "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: String(scalar)
      }
    }
    return Array("utf-8;\(escaped.joined())".utf8)
  }

  /// Octets that are no printable ASCII, `+` and `=` as `+` with two hexadecimal digits.
  private static func xtext(_ octets: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return octets.flatMap { octet -> [UInt8] in
      if 0x21...0x7E ~= octet, octet != UInt8(ascii: "+"), octet != ASCII.equals { return [octet] }
      return [UInt8(ascii: "+"), digits[Int(octet >> 4)], digits[Int(octet & 0x0F)]]
    }
  }
}
