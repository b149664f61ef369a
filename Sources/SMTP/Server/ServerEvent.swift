public import Net

/// From whom a message comes and to whom it goes, as the commands said.
public struct ServerEnvelope: Sendable, Equatable {
  /// Empty for the null sender `<>`.
  public var from: [UInt8] = []
  public var recipients: [[UInt8]] = []
  /// The argument of EHLO or HELO.
  public var hello: [UInt8] = []
  /// Who signed in; `nil` when nobody did.
  public var user: [UInt8]?
  public var isSecure = false
  /// `SIZE=` of MAIL.
  public var declaredSize: Int?
  /// `BODY=8BITMIME` of MAIL.
  public var isEightBit = false
  /// `SMTPUTF8` of MAIL.
  public var isUTF8 = false
}

/// A complete message as the server took it.
public struct ServerMessage: Sendable, Equatable {
  public let envelope: ServerEnvelope
  /// The message without dot-stuffing; empty when the server only counts.
  public let bytes: [UInt8]
  /// Its length, kept or not.
  public let size: Int
  /// Whether it came by BDAT.
  public let isChunked: Bool
  /// Whether a line feed stood without a carriage return before it.
  public let hasBareLineFeed: Bool
  /// Whether a carriage return stood without a line feed after it.
  public let hasBareCarriageReturn: Bool
  /// What the policy says; the driver hands it to `answer` unless it knows better.
  public let decision: ServerDecision
}

/// What the driver has to do before the conversation can go on.
public enum ServerEvent: Sendable, Equatable {
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
