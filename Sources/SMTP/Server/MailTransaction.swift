import Octets

/// MAIL, RCPT, and the message by DATA or BDAT.
extension ServerConversation {
  mutating func mail(
    _ path: ServerPath, _ parameters: MailParameters, into output: inout [UInt8]
  ) -> ServerEvent? {
    guard let hello else { return refuse("503 5.5.1 Send EHLO first\r\n", into: &output) }
    if configuration.requiresTLS, !isSecure {
      return refuse("530 5.7.0 Must issue a STARTTLS command first\r\n", into: &output)
    }
    if configuration.requiresAuthentication, user == nil {
      return refuse("530 5.7.0 Authentication required\r\n", into: &output)
    }
    guard envelope == nil else { return refuse("503 5.5.1 Nested MAIL\r\n", into: &output) }
    guard configuration.extensions.isSuperset(of: parameters.needs),
      isExtended || parameters.isEmpty
    else { return refuse("555 5.5.4 Parameter not recognized\r\n", into: &output) }
    guard parameters.isUTF8 || !path.isInternational else {
      return refuse("553 5.6.7 Address needs SMTPUTF8\r\n", into: &output)
    }
    if let size = parameters.size, size > configuration.longestMessage {
      output.append("552 5.3.4 Message too big\r\n")
      return nil
    }
    let decision = decide(.mail(from: path.address))
    if decision.takes {
      visit.transactions += 1
      envelope = ServerEnvelope(
        from: path.address, hello: hello, user: user, isSecure: isSecure,
        declaredSize: parameters.size, isEightBit: parameters.isEightBit,
        isUTF8: parameters.isUTF8)
    }
    return give(decision, into: &output) { $0.append("250 2.1.0 Sender OK\r\n") }
  }

  mutating func recipient(
    _ path: ServerPath, into output: inout [UInt8]
  ) -> ServerEvent? {
    guard let envelope, body == nil else {
      return refuse("503 5.5.1 Send MAIL first\r\n", into: &output)
    }
    guard envelope.isUTF8 || !path.isInternational else {
      return refuse("553 5.6.7 Address needs SMTPUTF8\r\n", into: &output)
    }
    guard envelope.recipients.count < configuration.mostRecipients else {
      output.append("452 4.5.3 Too many recipients\r\n")
      return nil
    }
    let decision = decide(.recipient(path.address, accepted: envelope.recipients.count))
    if decision.takes { self.envelope?.recipients.append(path.address) }
    return give(decision, into: &output) { $0.append("250 2.1.5 Recipient OK\r\n") }
  }

  mutating func data(into output: inout [UInt8]) -> ServerEvent? {
    guard let envelope, body == nil else {
      return refuse("503 5.5.1 Send MAIL first\r\n", into: &output)
    }
    guard !envelope.recipients.isEmpty else {
      return refuse("554 5.5.1 No valid recipients\r\n", into: &output)
    }
    let decision = decide(.data(envelope))
    var later: [ServerAct] = []
    if decision.takes {
      body = newBody()
      phase = .data
      if case .play(let plan) = decide(.text(envelope)).answer { later = plan.acts }
    }
    return give(decision, later: later, into: &output) { $0.append("354 End with CRLF.CRLF\r\n") }
  }

  mutating func chunk(
    _ size: Int, _ isLast: Bool, into output: inout [UInt8]
  ) -> ServerEvent? {
    let isWelcome =
      configuration.extensions.contains(.chunking) && envelope?.recipients.isEmpty == false
    phase = isWelcome ? .chunk(remaining: size, isLast: isLast) : .skippedChunk(remaining: size)
    if isWelcome, body == nil { body = newBody() }
    guard size == 0 else { return nil }
    return isWelcome
      ? finishChunk(isLast: isLast, into: &output) : refuseChunk(into: &output)
  }

  mutating func finishChunk(
    isLast: Bool, into output: inout [UInt8]
  ) -> ServerEvent? {
    phase = .commands
    if isLast || body?.isTooLong == true { return finish(isChunked: true, into: &output) }
    output.append("250 2.0.0 Chunk taken\r\n")
    return nil
  }

  mutating func refuseChunk(into output: inout [UInt8]) -> ServerEvent? {
    phase = .commands
    return refuse("503 5.5.1 BDAT is not possible now\r\n", into: &output)
  }

  private func newBody() -> BodyReceiver {
    BodyReceiver(
      limit: configuration.longestMessage, keeps: configuration.keepsMessages,
      expecting: envelope?.declaredSize)
  }

  /// Hands the complete message out, and waits for its answer.
  mutating func finish(isChunked: Bool, into output: inout [UInt8]) -> ServerEvent? {
    phase = .commands
    guard let body, let envelope else { return nil }
    reset()
    guard !body.isTooLong else {
      output.append("552 5.3.4 Message too big\r\n")
      return nil
    }
    phase = .awaitingAnswer
    return .message(
      ServerMessage(
        envelope: envelope, bytes: body.bytes, size: body.size, isChunked: isChunked,
        hasBareLineFeed: body.breaks.hasBareLineFeed,
        hasBareCarriageReturn: body.breaks.hasBareCarriageReturn,
        decision: decide(.message(envelope, bytes: body.size))))
  }
}
