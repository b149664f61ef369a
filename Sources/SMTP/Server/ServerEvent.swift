package import Net

/// From whom a message comes and to whom it goes, as the commands said.
package struct ServerEnvelope: Sendable, Equatable {
  /// Empty for the null sender `<>`.
  package var from: [UInt8] = []
  package var recipients: [[UInt8]] = []
  /// The argument of EHLO or HELO.
  package var hello: [UInt8] = []
  /// Who signed in; `nil` when nobody did.
  package var user: [UInt8]?
  package var isSecure = false
  /// `SIZE=` of MAIL.
  package var declaredSize: Int?
  /// `BODY=8BITMIME` of MAIL.
  package var isEightBit = false
  /// `SMTPUTF8` of MAIL.
  package var isUTF8 = false
}

/// A complete message as the server took it.
package struct ServerMessage: Sendable, Equatable {
  package let envelope: ServerEnvelope
  /// The message without dot-stuffing; empty when the server only counts.
  package let bytes: [UInt8]
  /// Its length, kept or not.
  package let size: Int
  /// Whether it came by BDAT.
  package let isChunked: Bool
  /// Whether a line feed stood without a carriage return before it.
  package let hasBareLineFeed: Bool
  /// Whether a carriage return stood without a line feed after it.
  package let hasBareCarriageReturn: Bool
  /// What the policy says; the driver hands it to `answer` unless it knows better.
  package let decision: ServerDecision
}

/// What the driver has to do before the conversation can go on.
package enum ServerEvent: Sendable, Equatable {
  /// Take the message, then call `answer`.
  case message(ServerMessage)
  /// Write the output, throw away all other input, do the handshake, call `startedTLS`.
  case startTLS
  /// Write the output, wait, call `resume`.
  case wait(Duration)
  /// Read no faster from here on, and call `resume`.
  case reading(perSecond: Int)
  /// Write the output, write no faster from here on, and call `resume`.
  case writing(perSecond: Int)
  /// Throw away what has come in, and call `resume`.
  case discardInput
  /// Turn new clients away, and call `resume`.
  case outage(PortOutage)
  /// Write the output and close.
  case close(ServerEnding)
}
