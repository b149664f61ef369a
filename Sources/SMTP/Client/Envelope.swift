import Octets

/// Who a message is from and to on the wire, and what it demands of the server.
public struct Envelope: Sendable {
  /// The reverse-path without brackets; empty for bounces.
  public var sender: [UInt8]
  /// The forward-path without brackets.
  public var recipient: [UInt8]
  /// The message's size in octets.
  public var size: Int
  public var needs8BitMIME: Bool
  public var needsSMTPUTF8: Bool
  public var notification: NotificationRequest?

  public init(
    sender: [UInt8], recipient: [UInt8], size: Int, needs8BitMIME: Bool = false,
    needsSMTPUTF8: Bool = false, notification: NotificationRequest? = nil
  ) {
    self.sender = sender
    self.recipient = recipient
    self.size = size
    self.needs8BitMIME = needs8BitMIME
    self.needsSMTPUTF8 = needsSMTPUTF8
    self.notification = notification
  }

  /// The recipient's domain in lower case.
  var domain: [UInt8] {
    let at = recipient.lastIndex(of: ASCII.at).map { recipient.index(after: $0) }
    return recipient[(at ?? recipient.endIndex)...].lowercasedASCII
  }

  /// Why this server cannot take the message, without asking it.
  ///
  /// - Returns: The reply it would give, or `nil` when it may be asked.
  public func refusal(by capabilities: Capabilities) -> Reply? {
    var hasControls = false
    var isInternational = needsSMTPUTF8
    func look(_ address: [UInt8]) {
      for octet in address {
        hasControls = hasControls || octet < 0x20 || octet == 0x7F
        isInternational = isInternational || octet >= 0x80
      }
    }
    look(sender)
    look(recipient)
    if hasControls {
      return Self.refusal(
        553, EnhancedCode(5, 1, 3), "an address holds control characters, which no server takes")
    }
    if let limit = capabilities.size, limit > 0, size > limit {
      return Self.refusal(
        552, EnhancedCode(5, 3, 4),
        "the message has \(size) octets, the server takes \(limit) at most")
    }
    if isInternational, !capabilities.hasSMTPUTF8 {
      return Self.refusal(
        553, EnhancedCode(5, 6, 7),
        "the address has letters beyond ASCII, and the server does not take such addresses (no SMTPUTF8)"
      )
    }
    // SMTPUTF8 cannot be without 8BITMIME, whether it is listed or not (RFC 6531 §3.1).
    if needs8BitMIME, !capabilities.has8BitMIME, !capabilities.hasSMTPUTF8 {
      return Self.refusal(
        554, EnhancedCode(5, 6, 3),
        "the message has letters beyond ASCII that are not encoded, and the server does not take them (no 8BITMIME)"
      )
    }
    return nil
  }

  private static func refusal(_ code: Int, _ enhanced: EnhancedCode, _ text: String) -> Reply {
    Reply(code: code, enhanced: enhanced, text: [UInt8](text.utf8))
  }

  /// A command with its CRLF (RFC 5321 §4.5.3.1.4); what RFC 3461 adds is left out where it would not
  /// fit.
  private static let longestLine = 512

  func appendMail(to output: inout [UInt8], for capabilities: Capabilities) {
    output.append("MAIL FROM:<")
    output += sender
    output.append(">")
    if capabilities.size != nil {
      output.append(" SIZE=")
      output.append(decimal: size)
    }
    if needs8BitMIME, capabilities.has8BitMIME { output.append(" BODY=8BITMIME") }
    if needsSMTPUTF8, capabilities.hasSMTPUTF8 { output.append(" SMTPUTF8") }
    if capabilities.hasDSN { notification?.appendToMail(&output) }
    output.append("\r\n")
  }

  func appendRecipient(to output: inout [UInt8], for capabilities: Capabilities) {
    let start = output.count
    output.append("RCPT TO:<")
    output += recipient
    output.append(">")
    if capabilities.hasDSN, let notification {
      notification.appendToRecipient(&output, upTo: start + Self.longestLine - 2)
    }
    output.append("\r\n")
  }
}
