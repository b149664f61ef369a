/// The patience of a session at each step; RFC 5321 §4.5.3.2 gives the least values.
public struct Patience: Sendable {
  /// For a connection to any of the host's addresses.
  public var connect: Duration = .seconds(30)
  public var greeting: Duration = .seconds(300)
  /// For EHLO, STARTTLS and RSET.
  public var command: Duration = .seconds(300)
  public var handshake: Duration = .seconds(60)
  /// For each answer while signing in.
  public var authentication: Duration = .seconds(120)
  public var mail: Duration = .seconds(300)
  public var recipient: Duration = .seconds(300)
  /// For the 354 that answers DATA.
  public var dataStart: Duration = .seconds(120)
  /// While the server takes nothing of the text.
  public var dataBlock: Duration = .seconds(180)
  /// For the answer to the final dot.
  public var dataEnd: Duration = .seconds(600)
  public var quit: Duration = .seconds(5)

  public init() {}

  /// As patient at every step; for trying a server out, and for tests.
  public init(everywhere duration: Duration) {
    connect = duration
    greeting = duration
    command = duration
    handshake = duration
    authentication = duration
    mail = duration
    recipient = duration
    dataStart = duration
    dataBlock = duration
    dataEnd = duration
  }
}
