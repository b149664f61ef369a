import Octets

/// AUTH (RFC 4954).
extension ServerConversation {
  mutating func authenticate(
    _ mechanism: [UInt8], _ initial: [UInt8]?, into output: inout [UInt8]
  ) -> ServerEvent? {
    guard configuration.authenticator != nil else {
      return refuse("502 5.5.1 AUTH is not available\r\n", into: &output)
    }
    guard offersAuthentication else {
      return refuse("538 5.7.11 Encryption required for authentication\r\n", into: &output)
    }
    guard isExtended else { return refuse("503 5.5.1 Send EHLO first\r\n", into: &output) }
    guard user == nil, envelope == nil else {
      return refuse("503 5.5.1 AUTH is not possible now\r\n", into: &output)
    }
    guard var exchange = AuthenticationExchange(mechanism) else {
      return refuse("504 5.5.4 Mechanism not offered\r\n", into: &output)
    }
    let step = exchange.begin(initial)
    self.exchange = exchange
    return follow(step, into: &output)
  }

  mutating func follow(
    _ step: AuthenticationExchange.Step, into output: inout [UInt8]
  ) -> ServerEvent? {
    switch step {
    case .challenge(let line):
      phase = .authentication
      output.append(line)
      return nil
    case .refused(let reply): return refuseLine(reply, into: &output)
    case .credentials(let user, let password):
      let isRight = configuration.authenticator?(user, password) == true
      let decision = decide(.authentication(user: user))
      guard isRight || decision != .accept else {
        return refuseLine("535 5.7.8 Authentication failed\r\n", into: &output)
      }
      exchange = nil
      phase = .commands
      if isRight, decision.takes { self.user = user }
      return give(decision, into: &output) {
        $0.append(
          isRight ? "235 2.7.0 Authenticated\r\n" : "535 5.7.8 Authentication failed\r\n")
      }
    }
  }
}
