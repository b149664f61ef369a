import Octets

/// How decisions and refusals become replies.
extension ServerConversation {
  func decide(_ moment: @autoclosure () -> ServerMoment) -> ServerDecision {
    guard let decide = configuration.policy.decide else { return .accept }
    var visit = visit
    visit.isSecure = isSecure
    visit.user = user
    visit.sender = envelope?.from ?? []
    return decide(moment(), visit)
  }

  /// Begins to answer; `usual` writes what a well-behaved server says.
  ///
  /// When all is done, the phase is again what it was at the call; `later` is done at the end.
  mutating func give(
    _ decision: ServerDecision, later: [ServerAct] = [], into output: inout [UInt8],
    usual: (inout [UInt8]) -> Void
  ) -> ServerEvent? {
    if later.isEmpty, case .accept = decision.answer, decision.delay <= .zero {
      usual(&output)
      return eventOfPhase
    }
    var reply: [UInt8] = []
    usual(&reply)
    held = Held(acts: (decision.acts + later)[...], usual: reply, next: phase)
    return play(into: &output)
  }

  /// Does the acts that are left, up to the next one that needs the driver.
  mutating func play(into output: inout [UInt8]) -> ServerEvent? {
    while let act = held?.acts.popFirst() {
      var event: ServerEvent?
      switch act {
      case .usual: output += held?.usual ?? []
      case .reply(let reply): reply.write(into: &output)
      case .octets(let octets): output += octets
      case .wait(let duration): event = .wait(duration)
      case .reading(let rate): event = .reading(perSecond: rate)
      case .writing(let rate): event = .writing(perSecond: rate)
      case .discardInput: event = .discardInput
      case .outage(let outage): event = .outage(outage)
      case .awaitText(let octets):
        phase = .data
        textPause = max(1, octets)
        return nil
      case .end(let ending):
        held = nil
        return close(ending)
      }
      if let event {
        phase = .waiting
        return event
      }
    }
    if let held { phase = held.next }
    held = nil
    return eventOfPhase
  }

  private var eventOfPhase: ServerEvent? {
    if case .awaitingTLS = phase { return .startTLS }
    return nil
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

  mutating func close(_ ending: ServerEnding = .farewell) -> ServerEvent {
    phase = .closed
    reset()
    return .close(ending)
  }
}
