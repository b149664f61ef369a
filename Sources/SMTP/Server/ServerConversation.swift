package import Octets

/// The server's side of one SMTP connection, without the connection: told octets, it answers with
/// octets and with what has to be done.
///
/// It keeps at most one command line and one message. All other input stays with the driver,
/// which offers again what was not consumed.
package struct ServerConversation: Sendable {
  /// What a call to `receive` came to.
  package struct Step: Sendable {
    /// How many octets were used up. When it is fewer than were offered and there is no event,
    /// write the output and offer the rest.
    package let consumed: Int
    package let event: ServerEvent?
  }

  private enum Phase {
    case commands
    case authentication
    case data
    case chunk(remaining: Int, isLast: Bool)
    /// A chunk nobody wants, which still has to be read past (RFC 3030 §2).
    case skippedChunk(remaining: Int)
    case awaitingAnswer
    case awaitingTLS
    case waiting
    case closed
  }

  private struct Held {
    let reply: [UInt8]
    let closes: Bool
    let next: Phase
  }

  /// Write what has gathered before going on: a flood of short commands with long replies must
  /// not fill the memory.
  private static let mostOutput = 1 << 16

  private let configuration: ServerConfiguration
  private var phase = Phase.commands
  private var reader = CommandLineReader()
  private var exchange: AuthenticationExchange?
  private var body: BodyReceiver?
  private var held: Held?
  private var isSecure: Bool
  private var hello: [UInt8]?
  private var isExtended = false
  private var user: [UInt8]?
  private var envelope: ServerEnvelope?
  private var errors = 0

  /// - Parameters:
  ///   - configuration: What is offered and how it is answered.
  ///   - isSecure: Whether TLS came before the first octet (port 465).
  package init(_ configuration: ServerConfiguration, isSecure: Bool = false) {
    self.configuration = configuration
    self.isSecure = isSecure
  }

  /// Whether input is of no use until the driver has done what the last event asked for.
  package var isPaused: Bool {
    switch phase {
    case .awaitingAnswer, .awaitingTLS, .waiting, .closed: true
    default: false
    }
  }

  /// Writes the banner; call it once, before anything else.
  package mutating func start(into output: inout [UInt8]) -> ServerEvent? {
    let decision = decide(.connect)
    let name = configuration.name
    let event = give(decision, into: &output) { $0.append(contentsOf: "220 \(name) ESMTP\r\n".utf8) }
    // A server that will not serve may say so in its banner (RFC 5321 §3.1).
    guard case .reply(let reply) = decision.answer, !reply.isPositive else { return event }
    if let held { self.held = Held(reply: held.reply, closes: true, next: .closed) }
    return held == nil ? close() : event
  }

  package mutating func receive(
    _ input: ArraySlice<UInt8>, into output: inout [UInt8]
  ) -> Step {
    input.withUnsafeBufferPointer { receive($0, into: &output) }
  }

  /// Takes octets up to the next event; `input` is not kept.
  package mutating func receive(
    _ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]
  ) -> Step {
    let outputStart = output.count
    var consumed = 0
    while consumed < input.count, !isPaused, output.count - outputStart < Self.mostOutput {
      let rest = UnsafeBufferPointer(rebasing: input[consumed...])
      let (count, event) = take(rest, into: &output)
      consumed += count
      if let event { return Step(consumed: consumed, event: event) }
    }
    return Step(consumed: consumed, event: nil)
  }

  /// Answers the message of the last event, and lets the conversation go on.
  package mutating func answer(
    _ decision: ServerDecision, into output: inout [UInt8]
  ) -> ServerEvent? {
    guard case .awaitingAnswer = phase else { return nil }
    phase = .commands
    errors = 0
    return give(decision, into: &output) { $0.append("250 2.0.0 Message accepted\r\n") }
  }

  /// Goes on after a wait.
  package mutating func resume(into output: inout [UInt8]) -> ServerEvent? {
    guard case .waiting = phase, let held else { return nil }
    self.held = nil
    phase = held.next
    output.append(contentsOf: held.reply)
    return held.closes ? close() : nil
  }

  /// Begins anew after the handshake: what was said in the clear counts for nothing (RFC 3207
  /// §4.2).
  package mutating func startedTLS() {
    guard case .awaitingTLS = phase else { return }
    phase = .commands
    reader = CommandLineReader()
    isSecure = true
    hello = nil
    user = nil
    envelope = nil
    body = nil
  }

  private mutating func take(
    _ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]
  ) -> (count: Int, event: ServerEvent?) {
    switch phase {
    case .commands, .authentication:
      let (count, outcome) = reader.take(input)
      switch outcome {
      case .incomplete: return (count, nil)
      case .tooLong: return (count, refuseLine("500 5.5.2 Line too long\r\n", into: &output))
      case .bareLineFeed:
        return (count, refuseLine("500 5.5.2 Lines must end in CRLF\r\n", into: &output))
      case .complete: break
      }
      if case .authentication = phase {
        guard let step = exchange?.receive(reader.line) else { return (count, nil) }
        return (count, follow(step, into: &output))
      }
      let command = ServerCommand(reader.line)
      if case .startTLS = command, count < input.count {
        // Octets in the clear behind STARTTLS are an injection, or a client that is broken.
        output.append("503 5.5.1 Nothing may follow STARTTLS\r\n")
        return (input.count, close())
      }
      return (count, obey(command, into: &output))
    case .data:
      guard let (count, isComplete) = body?.takeLines(input) else { return (0, close()) }
      return (count, isComplete ? finish(isChunked: false, into: &output) : nil)
    case .chunk(let remaining, let isLast):
      let count = min(remaining, input.count)
      body?.takeChunk(UnsafeBufferPointer(rebasing: input[..<count]))
      phase = .chunk(remaining: remaining - count, isLast: isLast)
      return (count, count == remaining ? finishChunk(isLast: isLast, into: &output) : nil)
    case .skippedChunk(let remaining):
      let count = min(remaining, input.count)
      phase = .skippedChunk(remaining: remaining - count)
      return (count, count == remaining ? refuseChunk(into: &output) : nil)
    case .awaitingAnswer, .awaitingTLS, .waiting, .closed: return (0, nil)
    }
  }

  // MARK: Commands

  private mutating func obey(
    _ command: ServerCommand, into output: inout [UInt8]
  ) -> ServerEvent? {
    switch command {
    case .mail(let path, let parameters): return mail(path, parameters, into: &output)
    case .recipient(let path): return recipient(path, into: &output)
    case .data: return data(into: &output)
    case .chunk(let size, let isLast): return chunk(size, isLast, into: &output)
    case .hello(let name, let isExtended): return greet(name, isExtended, into: &output)
    case .authenticate(let mechanism, let initial):
      return authenticate(mechanism, initial, into: &output)
    case .startTLS: return startTLS(into: &output)
    case .reset:
      reset()
      output.append("250 2.0.0 Reset\r\n")
    case .noOperation: output.append("250 2.0.0 OK\r\n")
    case .verify: output.append("252 2.5.1 Cannot verify, but will take the message\r\n")
    case .help: output.append("214 2.0.0 See RFC 5321\r\n")
    case .quit:
      output.append("221 2.0.0 Bye\r\n")
      return close()
    case .malformed(let reply): return refuse(reply, into: &output)
    case .malformedChunk:
      output.append("501 5.5.4 Syntax: BDAT size [LAST]\r\n")
      return close()
    case .foreign:
      output.append("421 4.7.0 This is not a web server\r\n")
      return close()
    }
    return nil
  }

  private mutating func greet(
    _ name: [UInt8], _ isExtended: Bool, into output: inout [UInt8]
  ) -> ServerEvent? {
    let decision = decide(.hello(name))
    if Self.accepts(decision) {
      reset()
      hello = name
      self.isExtended = isExtended
    }
    let lines = isExtended ? extensionLines : []
    return give(decision, into: &output) { output in
      for (index, line) in ([configuration.name] + lines).enumerated() {
        output.append(index == lines.count ? "250 " : "250-")
        output.append(contentsOf: line.utf8)
        output.append("\r\n")
      }
    }
  }

  private var extensionLines: [String] {
    let offered = configuration.extensions
    var lines: [String] = []
    if offered.contains(.pipelining) { lines.append("PIPELINING") }
    if offered.contains(.size) { lines.append("SIZE \(configuration.longestMessage)") }
    if offered.contains(.eightBitMIME) { lines.append("8BITMIME") }
    if offered.contains(.smtpUTF8) { lines.append("SMTPUTF8") }
    if offered.contains(.enhancedStatusCodes) { lines.append("ENHANCEDSTATUSCODES") }
    if offered.contains(.chunking) { lines.append("CHUNKING") }
    if configuration.offersStartTLS, !isSecure { lines.append("STARTTLS") }
    if offersAuthentication { lines.append("AUTH PLAIN LOGIN") }
    return lines
  }

  private var offersAuthentication: Bool {
    configuration.authenticator != nil
      && (isSecure || (configuration.allowsAuthenticationInClear && !configuration.requiresTLS))
  }

  private mutating func startTLS(into output: inout [UInt8]) -> ServerEvent? {
    guard configuration.offersStartTLS, !isSecure else {
      return refuse("503 5.5.1 STARTTLS is not available\r\n", into: &output)
    }
    output.append("220 2.0.0 Ready to start TLS\r\n")
    phase = .awaitingTLS
    return .startTLS
  }

  // MARK: Authentication

  private mutating func authenticate(
    _ mechanism: [UInt8], _ initial: [UInt8]?, into output: inout [UInt8]
  ) -> ServerEvent? {
    guard let authenticator = configuration.authenticator else {
      return refuse("502 5.5.1 AUTH is not available\r\n", into: &output)
    }
    _ = authenticator
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

  private mutating func follow(
    _ step: AuthenticationExchange.Step, into output: inout [UInt8]
  ) -> ServerEvent? {
    switch step {
    case .challenge(let line):
      phase = .authentication
      output.append(line)
      return nil
    case .refused(let reply): return refuseLine(reply, into: &output)
    case .credentials(let user, let password):
      guard configuration.authenticator?(user, password) == true else {
        return refuseLine("535 5.7.8 Authentication failed\r\n", into: &output)
      }
      exchange = nil
      phase = .commands
      self.user = user
      output.append("235 2.7.0 Authenticated\r\n")
      return nil
    }
  }

  // MARK: Mail transactions

  private mutating func mail(
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
    if Self.accepts(decision) {
      envelope = ServerEnvelope(
        from: path.address, hello: hello, user: user, isSecure: isSecure,
        declaredSize: parameters.size, isEightBit: parameters.isEightBit,
        isUTF8: parameters.isUTF8)
    }
    return give(decision, into: &output) { $0.append("250 2.1.0 Sender OK\r\n") }
  }

  private mutating func recipient(
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
    if Self.accepts(decision) { self.envelope?.recipients.append(path.address) }
    return give(decision, into: &output) { $0.append("250 2.1.5 Recipient OK\r\n") }
  }

  private mutating func data(into output: inout [UInt8]) -> ServerEvent? {
    guard let envelope, body == nil else {
      return refuse("503 5.5.1 Send MAIL first\r\n", into: &output)
    }
    guard !envelope.recipients.isEmpty else {
      return refuse("554 5.5.1 No valid recipients\r\n", into: &output)
    }
    let decision = decide(.data(envelope))
    if Self.accepts(decision) {
      body = newBody()
      phase = .data
    }
    return give(decision, into: &output) { $0.append("354 End with CRLF.CRLF\r\n") }
  }

  private mutating func chunk(
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

  private mutating func finishChunk(
    isLast: Bool, into output: inout [UInt8]
  ) -> ServerEvent? {
    phase = .commands
    if isLast || body?.isTooLong == true { return finish(isChunked: true, into: &output) }
    output.append("250 2.0.0 Chunk taken\r\n")
    return nil
  }

  private mutating func refuseChunk(into output: inout [UInt8]) -> ServerEvent? {
    phase = .commands
    return refuse("503 5.5.1 BDAT is not possible now\r\n", into: &output)
  }

  private func newBody() -> BodyReceiver {
    BodyReceiver(
      limit: configuration.longestMessage, keeps: configuration.keepsMessages,
      expecting: envelope?.declaredSize)
  }

  /// Hands the complete message out, and waits for its answer.
  private mutating func finish(isChunked: Bool, into output: inout [UInt8]) -> ServerEvent? {
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

  // MARK: Replies

  private func decide(_ moment: @autoclosure () -> ServerMoment) -> ServerDecision {
    configuration.policy.decide?(moment()) ?? .accept
  }

  private static func accepts(_ decision: ServerDecision) -> Bool {
    switch decision.answer {
    case .accept: true
    case .reply(let reply): reply.isPositive
    case .drop: false
    }
  }

  /// Writes the answer, `usual` where nothing else was decided, now or after the delay.
  private mutating func give(
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
  private static func write(
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
  private mutating func refuseLine(
    _ reply: StaticString, into output: inout [UInt8]
  ) -> ServerEvent? {
    exchange = nil
    phase = .commands
    return refuse(reply, into: &output)
  }

  private mutating func refuse(
    _ reply: StaticString, into output: inout [UInt8]
  ) -> ServerEvent? {
    output.append(reply)
    errors += 1
    guard errors > configuration.mostErrors else { return nil }
    output.append("421 4.7.0 Too many errors\r\n")
    return close()
  }

  private mutating func reset() {
    envelope = nil
    body = nil
  }

  private mutating func close() -> ServerEvent {
    phase = .closed
    reset()
    return .close
  }
}
