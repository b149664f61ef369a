import Octets

/// Who a message is from and to on the wire, and what it demands of the server.
package struct Envelope: Sendable {
  /// The reverse-path without brackets; empty for bounces.
  package var sender: [UInt8]
  /// The forward-path without brackets.
  package var recipient: [UInt8]
  /// The message's size in octets.
  package var size: Int
  package var needs8BitMIME: Bool
  package var needsSMTPUTF8: Bool

  package init(
    sender: [UInt8], recipient: [UInt8], size: Int, needs8BitMIME: Bool = false,
    needsSMTPUTF8: Bool = false
  ) {
    self.sender = sender
    self.recipient = recipient
    self.size = size
    self.needs8BitMIME = needs8BitMIME
    self.needsSMTPUTF8 = needsSMTPUTF8
  }

  /// Why this server cannot take the message, without asking it.
  ///
  /// - Returns: The reply it would give, or `nil` when it may be asked.
  package func refusal(by capabilities: Capabilities) -> Reply? {
    if let limit = capabilities.size, limit > 0, size > limit {
      return Reply(
        code: 552, enhanced: EnhancedCode(5, 3, 4),
        text: [UInt8]("the message has \(size) octets, the server takes \(limit)".utf8))
    }
    if needsSMTPUTF8, !capabilities.hasSMTPUTF8 {
      return Reply(
        code: 553, enhanced: EnhancedCode(5, 6, 7),
        text: [UInt8]("the server takes no addresses beyond ASCII (no SMTPUTF8)".utf8))
    }
    return nil
  }

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
    output.append("\r\n")
  }

  func appendRecipient(to output: inout [UInt8]) {
    output.append("RCPT TO:<")
    output += recipient
    output.append(">\r\n")
  }
}
