import Net
import Octets

// One message is: `start` (announce it), `awaitGo` (may its text be sent?), `finish` (text, dot,
// and in the same write the announcement of the next). With PIPELINING that is one round trip a
// message. Between `awaitGo` and `finish` the caller makes its intent durable: the dot waits.

extension ClientSession {
  /// What the server said to MAIL, RCPT and DATA.
  public enum Go: Sendable, Equatable {
    /// The text may be sent.
    case ahead
    /// The message is refused; the session can take the next one while it is usable.
    case refused(Reply, at: Command)
  }

  public enum Command: String, Sendable {
    case mail = "MAIL"
    case recipient = "RCPT"
    case data = "DATA"
  }

  /// Why the fate of a message is not simply its reply.
  public struct Interruption: Error, Sendable {
    public let cause: SessionError
    /// Whether the final dot may have reached the server: then nobody can know.
    public let isInDoubt: Bool
  }

  /// Whether the server's own limits leave room for this message in this session (RFC 9422).
  ///
  /// One that does not fit goes over a new session.
  public func hasRoom(for envelope: Envelope) -> Bool {
    let limits = capabilities.limits
    if let most = limits.messages, transactions >= most { return false }
    guard let most = limits.domains, domains.count >= most else { return true }
    return domains.contains(envelope.domain)
  }

  /// Announces the next message, one at a time.
  public func start(_ envelope: Envelope) {
    precondition(announced == nil, "a message has been announced already")
    transactions += 1
    if capabilities.limits.domains != nil { domains.insert(envelope.domain) }
    guard capabilities.hasPipelining else {
      announced = .lockStep(envelope)
      return
    }
    let first = output.count
    if mustReset { output.append("RSET\r\n") }
    envelope.appendMail(to: &output, for: capabilities)
    envelope.appendRecipient(to: &output, for: capabilities)
    output.append("DATA\r\n")
    transcript.client(output[first...])
    announced = .pipelined
  }

  /// Learns whether the announced message's text may be sent.
  public func awaitGo() async throws(SessionError) -> Go {
    guard let announced else { preconditionFailure("no message has been announced") }
    self.announced = nil
    switch announced {
    case .pipelined: return try await awaitGoPipelined()
    case .lockStep(let envelope): return try await awaitGoInLockStep(envelope)
    }
  }

  private func awaitGoPipelined() async throws(SessionError) -> Go {
    try await flush(at: .envelope)
    if mustReset { try await takeResetReply() }
    var refusal: Go?
    do throws(SessionError) {
      let mail = try await verdict(on: .mail)
      if !mail.isSuccess { refusal = .refused(mail, at: .mail) }
      if mail.code == 421 { return close(after: .refused(mail, at: .mail)) }
      let recipient = try await verdict(on: .recipient)
      if !recipient.isSuccess { refusal = refusal ?? .refused(recipient, at: .recipient) }
      if recipient.code == 421 { return close(after: refusal ?? .ahead) }
      let data = try await verdict(on: .data)
      if data.code == 354 {
        guard let refusal else { return try aheadUnlessOutOfStep() }
        // It waits for a text although nobody will get it: an empty one ends the transaction.
        say(".")
        try await flush(at: .envelope)
        let end = try await envelopeReply(within: patience.dataEnd)
        return end.code == 421 ? close(after: refusal) : refusal
      }
      mustReset = mail.isSuccess
      if data.code == 421 { isUsable = false }
      return refusal ?? .refused(data, at: .data)
    } catch {
      // A server may refuse and hang up at once; the refusal is the answer.
      guard let refusal, case .network = error else { throw error }
      return close(after: refusal)
    }
  }

  /// The reply to a command of the envelope.
  ///
  /// A code that cannot answer this command says that the server and we have lost step: going on
  /// could put commands where it expects text.
  private func verdict(on command: Command) async throws(SessionError) -> Reply {
    let wait =
      switch command {
      case .mail: patience.mail
      case .recipient: patience.recipient
      case .data: patience.dataStart
      }
    let reply = try await envelopeReply(within: wait)
    let fits =
      switch reply.severity {
      case .success: command != .data
      case .intermediate: command == .data && reply.code == 354
      case .temporary, .permanent: true
      }
    guard fits else {
      throw outOfStep("\(reply.code) in answer to \(command.rawValue)")
    }
    return reply
  }

  /// Nothing may have come behind 354: it could be taken for the answer to the dot.
  private func aheadUnlessOutOfStep() throws(SessionError) -> Go {
    guard !parser.hasUnreadOctets else { throw outOfStep("a reply that nothing asked for") }
    return .ahead
  }

  private func outOfStep(_ what: String) -> SessionError {
    isUsable = false
    return .violation(what, at: .envelope)
  }

  private func awaitGoInLockStep(_ envelope: Envelope) async throws(SessionError) -> Go {
    if mustReset {
      say("RSET")
      try await flush(at: .envelope)
      try await takeResetReply()
    }
    envelope.appendMail(to: &output, for: capabilities)
    transcript.client(output[...])
    try await flush(at: .envelope)
    let mail = try await verdict(on: .mail)
    guard mail.isSuccess else { return refusal(mail, at: .mail) }
    mustReset = true
    envelope.appendRecipient(to: &output, for: capabilities)
    transcript.client(output[...])
    try await flush(at: .envelope)
    let recipient = try await verdict(on: .recipient)
    guard recipient.isSuccess else { return refusal(recipient, at: .recipient) }
    say("DATA")
    try await flush(at: .envelope)
    let data = try await verdict(on: .data)
    guard data.code == 354 else { return refusal(data, at: .data) }
    mustReset = false
    return try aheadUnlessOutOfStep()
  }

  /// A server may answer 421 to RSET as well; any other answer will do.
  private func takeResetReply() async throws(SessionError) {
    mustReset = false
    let reply = try await envelopeReply()
    guard reply.code != 421 else {
      isUsable = false
      throw .refused(reply, at: .envelope)
    }
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
  public func finish(
    _ pieces: [[UInt8]], thenStart next: Envelope?
  ) async throws(Interruption) -> Reply {
    var stuffing = DotStuffing()
    for piece in pieces {
      // Of a large piece, such as an attachment that all messages share, no connection has a copy.
      var rest = piece[...]
      while !rest.isEmpty {
        if output.count >= Self.mostGathered { try await flushBody() }
        let part = rest.prefix(Self.mostGathered)
        stuffing.append(part, to: &output)
        rest = rest.dropFirst(part.count)
      }
    }
    stuffing.end(in: &output)
    transcript.note("the message and its dot")
    let dotEnd = output.count
    if let next { start(next) }
    var written = 0
    do throws(NetError) {
      try await stream.write(output, written: &written, stallingAtMost: patience.dataBlock)
    } catch {
      isUsable = false
      transcript.note(about: error)
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

  /// With so many octets at hand they are written before more are taken.
  private static let mostGathered = 131_072

  private func flushBody() async throws(Interruption) {
    guard !output.isEmpty else { return }
    var written = 0
    do throws(NetError) {
      try await stream.write(output, written: &written, stallingAtMost: patience.dataBlock)
    } catch {
      isUsable = false
      transcript.note(about: error)
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
