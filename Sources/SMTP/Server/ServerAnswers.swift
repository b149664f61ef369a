import Octets

/// How decisions and refusals become replies.
extension ServerConversation {
  func decide(_ moment: @autoclosure () -> ServerMoment) -> ServerDecision {
    configuration.policy.decide?(moment()) ?? .accept
  }

  static func accepts(_ decision: ServerDecision) -> Bool {
    switch decision.answer {
    case .accept: true
    case .reply(let reply): reply.isPositive
    case .drop: false
    }
  }

  /// Writes the answer, `usual` where nothing else was decided, now or after the delay.
  mutating func give(
    _ decision: ServerDecision, into output: inout [UInt8], usual: (inout [UInt8]) -> Void
  ) -> ServerEvent? {
    guard decision.delay <= .zero else {
      var reply: [UInt8] = []
      let closes = Self.write(decision.answer, into: &reply, usual)
      held = Held(reply: reply, closes: closes, next: phase)
      phase = .waiting
      return .wait(decision.delay)
    }
    return Self.write(decision.answer, into: &output, usual) ? close() : nil
  }

  /// Returns whether the connection ends with it.
  static func write(
    _ answer: ServerDecision.Answer, into output: inout [UInt8], _ usual: (inout [UInt8]) -> Void
  ) -> Bool {
    switch answer {
    case .accept: usual(&output)
    case .reply(let reply):
      reply.write(into: &output)
      return reply.ends
    case .drop: return true
    }
    return false
  }

  /// As `refuse`, for a line that may have been a response in AUTH.
  mutating func refuseLine(
    _ reply: StaticString, into output: inout [UInt8]
  ) -> ServerEvent? {
    exchange = nil
    phase = .commands
    return refuse(reply, into: &output)
  }

  mutating func refuse(
    _ reply: StaticString, into output: inout [UInt8]
  ) -> ServerEvent? {
    output.append(reply)
    errors += 1
    guard errors > configuration.mostErrors else { return nil }
    output.append("421 4.7.0 Too many errors\r\n")
    return close()
  }

  mutating func reset() {
    envelope = nil
    body = nil
  }

  mutating func close() -> ServerEvent {
    phase = .closed
    reset()
    return .close
  }
}
