/// The patience of a session at each step; RFC 5321 §4.5.3.2 gives the least values.
package struct Patience: Sendable {
  /// For a connection to any of the host's addresses.
  package var connect: Duration = .seconds(30)
  package var greeting: Duration = .seconds(300)
  /// For EHLO, STARTTLS and RSET.
  package var command: Duration = .seconds(300)
  package var handshake: Duration = .seconds(60)
  /// For each answer while signing in.
  package var authentication: Duration = .seconds(120)
  package var mail: Duration = .seconds(300)
  package var recipient: Duration = .seconds(300)
  /// For the 354 that answers DATA.
  package var dataStart: Duration = .seconds(120)
  /// While the server takes nothing of the text.
  package var dataBlock: Duration = .seconds(180)
  /// For the answer to the final dot.
  package var dataEnd: Duration = .seconds(600)
  package var quit: Duration = .seconds(5)

  package init() {}

  /// As patient at every step; for trying a server out, and for tests.
  package init(everywhere duration: Duration) {
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
