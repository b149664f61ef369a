import Net
import Octets

// One message is: `start` (announce it), `awaitGo` (may its text be sent?), `finish` (text, dot,
// and in the same write the announcement of the next). With PIPELINING that is one round trip a
// message. Between `awaitGo` and `finish` the caller makes its intent durable: the dot waits.

extension ClientSession {
  /// What the server said to MAIL, RCPT and DATA.
  package enum Go: Sendable, Equatable {
    /// The text may be sent.
    case ahead
    /// The message is refused; the session can take the next one while it is usable.
    case refused(Reply, at: Command)
  }

  package enum Command: String, Sendable {
    case mail = "MAIL"
    case recipient = "RCPT"
    case data = "DATA"
  }

  /// Why the fate of a message is not simply its reply.
  package struct Interruption: Error, Sendable {
    package let cause: SessionError
    /// Whether the final dot may have reached the server: then nobody can know.
    package let isInDoubt: Bool
  }

  /// Announces the next message, one at a time.
  package func start(_ envelope: Envelope) {
    precondition(announced == nil, "a message has been announced already")
    guard capabilities.hasPipelining else {
      announced = .lockStep(envelope)
      return
    }
    if mustReset { output.append("RSET\r\n") }
    envelope.appendMail(to: &output, for: capabilities)
    envelope.appendRecipient(to: &output)
    output.append("DATA\r\n")
    announced = .pipelined
  }

  /// Learns whether the announced message's text may be sent.
  package func awaitGo() async throws(SessionError) -> Go {
    guard let announced else { preconditionFailure("no message has been announced") }
    self.announced = nil
    switch announced {
    case .pipelined: return try await awaitGoPipelined()
    case .lockStep(let envelope): return try await awaitGoInLockStep(envelope)
    }
  }

  private func awaitGoPipelined() async throws(SessionError) -> Go {
    try await flush(at: .envelope)
    if mustReset {
      mustReset = false
      _ = try await envelopeReply()
    }
    let mail = try await envelopeReply()
    if mail.code == 421 { return close(after: .refused(mail, at: .mail)) }
    let recipient: Reply
    let data: Reply
    do throws(SessionError) {
      recipient = try await envelopeReply()
      if mail.isSuccess, recipient.code == 421 {
        return close(after: .refused(recipient, at: .recipient))
      }
      data = try await envelopeReply(within: patience.dataStart)
    } catch {
      // A server may refuse and hang up at once; the refusal is the answer.
      guard mail.isSuccess else { return close(after: .refused(mail, at: .mail)) }
      throw error
    }
    if data.code == 354 {
      if mail.isSuccess, recipient.isSuccess { return .ahead }
      // It waits for a text although nobody will get it: an empty one ends the transaction.
      output.append(".\r\n")
      try await flush(at: .envelope)
      _ = try await envelopeReply(within: patience.dataEnd)
    } else {
      mustReset = mail.isSuccess
      if data.code == 421 { isUsable = false }
    }
    guard mail.isSuccess else { return .refused(mail, at: .mail) }
    guard recipient.isSuccess else { return .refused(recipient, at: .recipient) }
    return .refused(data, at: .data)
  }

  private func awaitGoInLockStep(_ envelope: Envelope) async throws(SessionError) -> Go {
    if mustReset {
      mustReset = false
      output.append("RSET\r\n")
      try await flush(at: .envelope)
      _ = try await envelopeReply()
    }
    envelope.appendMail(to: &output, for: capabilities)
    try await flush(at: .envelope)
    let mail = try await envelopeReply()
    guard mail.isSuccess else { return refusal(mail, at: .mail) }
    mustReset = true
    envelope.appendRecipient(to: &output)
    try await flush(at: .envelope)
    let recipient = try await envelopeReply()
    guard recipient.isSuccess else { return refusal(recipient, at: .recipient) }
    output.append("DATA\r\n")
    try await flush(at: .envelope)
    let data = try await envelopeReply(within: patience.dataStart)
    guard data.code == 354 else { return refusal(data, at: .data) }
    mustReset = false
    return .ahead
  }

  private func envelopeReply(within patience: Duration? = nil) async throws(SessionError) -> Reply {
    try await reply(within: patience ?? self.patience.command, at: .envelope)
  }

  private func refusal(_ reply: Reply, at command: Command) -> Go {
    if reply.code == 421 { isUsable = false }
    return .refused(reply, at: command)
  }

  private func close(after go: Go) -> Go {
    isUsable = false
    return go
  }

  /// Sends the text with its final dot, and announces the next message in the same write.
  ///
  /// The lines of `pieces` end in CRLF already; dots are doubled here. Without `next` nothing is
  /// announced.
  ///
  /// - Returns: The server's reply to the dot.
  /// - Throws: ``Interruption``, when there is no such reply.
  package func finish(
    _ pieces: [[UInt8]], thenStart next: Envelope?
  ) async throws(Interruption) -> Reply {
    var stuffing = DotStuffing()
    for piece in pieces {
      // A large piece, such as an attachment shared by all messages, is not gathered with others.
      if output.count + piece.count > 262_144 { try await flushBody() }
      stuffing.append(piece, to: &output)
    }
    stuffing.end(in: &output)
    let dotEnd = output.count
    if let next { start(next) }
    var written = 0
    do throws(NetError) {
      try await stream.write(output, written: &written, by: .after(patience.dataBlock))
    } catch {
      isUsable = false
      output.removeAll(keepingCapacity: true)
      guard written < dotEnd else {
        throw Interruption(cause: .network(error, at: .reply), isInDoubt: true)
      }
      throw await verdictDespite(error)
    }
    output.removeAll(keepingCapacity: true)
    whenDotIsOut?()
    do throws(SessionError) {
      let reply = try await reply(within: patience.dataEnd, at: .reply)
      if reply.code == 421 { isUsable = false }
      guard reply.severity != .intermediate else {
        isUsable = false
        throw .violation("\(reply.code) in answer to a message", at: .reply)
      }
      return reply
    } catch {
      throw Interruption(cause: error, isInDoubt: true)
    }
  }

  private func flushBody() async throws(Interruption) {
    guard !output.isEmpty else { return }
    var written = 0
    do throws(NetError) {
      try await stream.write(output, written: &written, by: .after(patience.dataBlock))
    } catch {
      isUsable = false
      throw await verdictDespite(error)
    }
    output.removeAll(keepingCapacity: true)
  }

  /// A server that hangs up inside the text may have said why; the dot was not sent, so there is
  /// no doubt.
  private func verdictDespite(_ error: NetError) async -> Interruption {
    if let reply = try? await reply(within: .seconds(1), at: .body), !reply.isSuccess {
      return Interruption(cause: .refused(reply, at: .body), isInDoubt: false)
    }
    return Interruption(cause: .network(error, at: .body), isInDoubt: false)
  }
}
