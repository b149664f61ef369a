import Octets

/// The server's side of one SMTP connection, without the connection: told octets, it answers with
/// octets and with what has to be done.
///
/// It keeps at most one command line and one message. All other input stays with the driver,
/// which offers again what was not consumed.
public struct ServerConversation: Sendable {
  /// What a call to `receive` came to.
  public struct Step: Sendable {
    /// How many octets were used up.
    ///
    /// When it is fewer than were offered and there is no event, write the output and offer the
    /// rest.
    public let consumed: Int
    public let event: ServerEvent?
  }

  enum Phase {
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

  /// An answer that is not finished.
  struct Held {
    var acts: ArraySlice<ServerAct>
    let usual: [UInt8]
    /// The phase after it.
    let next: Phase
  }

  /// Write what has gathered before going on: a flood of short commands with long replies must
  /// not fill the memory.
  private static let mostOutput = 1 << 16

  let configuration: ServerConfiguration
  var phase = Phase.commands
  private var reader = CommandLineReader()
  var exchange: AuthenticationExchange?
  var body: BodyReceiver?
  var held: Held?
  /// How many more octets of the text come in before the held acts go on.
  var textPause: Int?
  var visit: ServerVisit
  var isSecure: Bool
  var hello: [UInt8]?
  var isExtended = false
  var user: [UInt8]?
  var envelope: ServerEnvelope?
  var errors = 0

  /// - Parameters:
  ///   - configuration: What is offered and how it is answered.
  ///   - isSecure: Whether TLS came before the first octet (port 465).
  ///   - visit: What the driver knows about the connection.
  public init(
    _ configuration: ServerConfiguration, isSecure: Bool = false,
    visit: ServerVisit = ServerVisit()
  ) {
    self.configuration = configuration
    self.isSecure = isSecure
    self.visit = visit
  }

  /// Whether input is of no use until the driver has done what the last event asked for.
  public var isPaused: Bool {
    switch phase {
    case .awaitingAnswer, .awaitingTLS, .waiting, .closed: true
    default: false
    }
  }

  /// Writes the banner; call it once, before anything else.
  public mutating func start(into output: inout [UInt8]) -> ServerEvent? {
    let decision = decide(.connect)
    // A server that will not serve may say so in its banner (RFC 5321 §3.1).
    let acts = decision.acts
    let isRefusal = acts.contains { act in
      if case .reply(let reply) = act { return !reply.isPositive }
      return false
    }
    let name = configuration.name
    return give(
      decision, later: isRefusal && !acts.contains(where: \.isEnd) ? [.end(.farewell)] : [],
      into: &output
    ) { $0.append(contentsOf: "220 \(name) ESMTP\r\n".utf8) }
  }

  public mutating func receive(
    _ input: ArraySlice<UInt8>, into output: inout [UInt8]
  ) -> Step {
    input.withUnsafeBufferPointer { receive($0, into: &output) }
  }

  /// Takes octets up to the next event; `input` is not kept.
  public mutating func receive(
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
  public mutating func answer(
    _ decision: ServerDecision, into output: inout [UInt8]
  ) -> ServerEvent? {
    guard case .awaitingAnswer = phase else { return nil }
    phase = .commands
    errors = 0
    return give(decision, into: &output) { $0.append("250 2.0.0 Message accepted\r\n") }
  }

  /// Goes on with an answer once the driver has done its part of it.
  public mutating func resume(into output: inout [UInt8]) -> ServerEvent? {
    guard case .waiting = phase else { return nil }
    return play(into: &output)
  }

  /// Begins anew after the handshake: what was said in the clear counts for nothing (RFC 3207
  /// §4.2).
  public mutating func startedTLS() {
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
      let part = textPause.map { UnsafeBufferPointer(rebasing: input.prefix($0)) } ?? input
      guard let (count, isComplete) = body?.takeLines(part) else { return (0, close()) }
      if isComplete {
        (held, textPause) = (nil, nil)
        return (count, finish(isChunked: false, into: &output))
      }
      guard let pause = textPause else { return (count, nil) }
      textPause = pause > count ? pause - count : nil
      return (count, textPause == nil ? play(into: &output) : nil)
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
      let decision = decide(.reset)
      if decision.takes { reset() }
      return give(decision, into: &output) { $0.append("250 2.0.0 Reset\r\n") }
    case .noOperation: output.append("250 2.0.0 OK\r\n")
    case .verify: output.append("252 2.5.1 Cannot verify, but will take the message\r\n")
    case .help: output.append("214 2.0.0 See RFC 5321\r\n")
    case .quit:
      return give(decide(.quit), later: [.end(.farewell)], into: &output) {
        $0.append("221 2.0.0 Bye\r\n")
      }
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
    let decision = decide(.hello(name, isExtended: isExtended))
    if decision.takes {
      reset()
      hello = name
      self.isExtended = isExtended
    }
    let lines = [configuration.name] + (isExtended ? extensionLines : [])
    return give(decision, into: &output) { output in
      for (index, line) in lines.enumerated() {
        output.append(index == lines.count - 1 ? "250 " : "250-")
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
    if let limits = configuration.limits { lines.append("LIMITS \(limits)") }
    if configuration.offersStartTLS, !isSecure { lines.append("STARTTLS") }
    if offersAuthentication { lines.append("AUTH PLAIN LOGIN") }
    return lines
  }

  var offersAuthentication: Bool {
    configuration.authenticator != nil
      && (isSecure || (configuration.allowsAuthenticationInClear && !configuration.requiresTLS))
  }

  private mutating func startTLS(into output: inout [UInt8]) -> ServerEvent? {
    guard configuration.offersStartTLS, !isSecure else {
      return refuse("503 5.5.1 STARTTLS is not available\r\n", into: &output)
    }
    let decision = decide(.startTLS)
    if decision.takes { phase = .awaitingTLS }
    return give(decision, into: &output) { $0.append("220 2.0.0 Ready to start TLS\r\n") }
  }
}
