public import Net
import Octets

/// One conversation with a mail server, open and ready for messages.
///
/// Belongs to one task on one ``EventLoop``. Transactions are in `ClientSession+Mail`.
public final class ClientSession {
  let stream: Stream
  let patience: Patience
  var parser = ReplyParser()
  var output: [UInt8] = []

  /// What was said last.
  public internal(set) var transcript = Transcript()
  public private(set) var capabilities = Capabilities()
  /// The server's address, and how the connection is encrypted.
  public var server: String { stream.peer }
  public var encryption: String? { stream.encryption }
  /// Whether TLS went on from an earlier session, which spares most of its cost.
  public var isResumed: Bool { stream.isResumed }

  /// How many transactions were begun, and the domains written to where the server limits them.
  var transactions = 0
  var domains: Set<[UInt8]> = []
  /// The transaction that `start` has announced.
  var announced: Announcement?
  /// A transaction was refused half-way: the server must be told to forget it.
  var mustReset = false
  /// Called when a message's final dot has been handed to the system and no reply has come yet.
  public var whenDotIsOut: (() -> Void)?
  /// Set once the session is of no further use.
  public var isUsable = true

  enum Announcement {
    /// MAIL, RCPT and DATA have been queued or sent in one go.
    case pipelined
    /// They go out one by one.
    case lockStep(Envelope)
  }

  private init(stream: Stream, patience: Patience) {
    self.stream = stream
    self.patience = patience
    transcript.note(about: "connected to \(stream.peer)")
    output.reserveCapacity(16_384)
  }

  /// Connects, greets, begins TLS and signs in, as the endpoint demands.
  ///
  /// `hello` is our own name, a host name with a dot; without one the local address is given.
  /// `tls` is for servers that must prove who they are, `unverifiedTLS` for those where TLS only
  /// hides the mail from listeners. Only addresses that are admitted are connected to: what a name
  /// stands for is asked once, so that it cannot change between the question and the connection.
  public static func open(
    _ endpoint: Endpoint, hello: String?, tls: TLSContext, unverifiedTLS: TLSContext,
    patience: Patience, on loop: EventLoop,
    admitting admits: @Sendable (SocketAddress) -> Bool = { _ in true },
    sharing signIns: SignInMemory? = nil, remembering addresses: AddressMemory? = nil,
    whenItFails report: ((Transcript) -> Void)? = nil
  ) async throws(SessionError) -> ClientSession {
    let stream = try await connect(
      endpoint, patience: patience, on: loop, admitting: admits, remembering: addresses)
    let session = ClientSession(stream: stream, patience: patience)
    do throws(SessionError) {
      let mustVerify = endpoint.credentials != nil || endpoint.security != .opportunistic
      let context = mustVerify ? tls : unverifiedTLS
      if endpoint.security == .implicit {
        try await session.beginTLS(as: context, host: endpoint.host)
      }
      try await session.greet(as: hello ?? stream.localName)
      try await session.secure(endpoint, as: context, hello: hello ?? stream.localName)
      if let credentials = endpoint.credentials {
        try await session.signIn(credentials, as: endpoint.mechanisms, sharing: signIns)
      }
      return session
    } catch {
      report?(session.transcript)
      // Another of the host's addresses may be in better health.
      if error.isAboutTheHost, let address = stream.address { addresses?.failed(address) }
      session.abandon()
      throw error
    }
  }

  private static func connect(
    _ endpoint: Endpoint, patience: Patience, on loop: EventLoop,
    admitting admits: @Sendable (SocketAddress) -> Bool, remembering memory: AddressMemory?
  ) async throws(SessionError) -> Stream {
    var addresses: [SocketAddress]
    do throws(NetError) {
      addresses = try await SocketAddress.resolve(host: endpoint.host, port: endpoint.port)
    } catch {
      throw .network(error, at: .connect)
    }
    addresses.removeAll { !admits($0) }
    guard !addresses.isEmpty else { throw .forbiddenAddress(host: endpoint.host) }
    do throws(NetError) {
      return try await Stream.connect(
        toAnyOf: addresses, patience: patience.connect, remembering: memory, on: loop)
    } catch {
      throw .network(error, at: .connect)
    }
  }

  // MARK: Greeting

  private func greet(as name: String) async throws(SessionError) {
    let greeting = try await reply(within: patience.greeting, at: .greeting)
    guard greeting.isSuccess else { throw .refused(greeting, at: .greeting) }
    try await hello(name)
  }

  private func hello(_ name: String) async throws(SessionError) {
    let reply = try await command("EHLO \(name)", within: patience.command, at: .hello)
    if reply.isSuccess {
      capabilities = Capabilities(ehlo: reply)
      return
    }
    guard reply.severity == .permanent else { throw .refused(reply, at: .hello) }
    // RFC 5321 §4.1.4: a server that does not know EHLO knows HELO.
    let fallback = try await command("HELO \(name)", within: patience.command, at: .hello)
    guard fallback.isSuccess else { throw .refused(fallback, at: .hello) }
    capabilities = Capabilities()
  }

  private func secure(
    _ endpoint: Endpoint, as context: TLSContext, hello name: String
  ) async throws(SessionError) {
    guard !stream.isEncrypted, endpoint.security != .none else { return }
    guard capabilities.hasStartTLS else {
      if endpoint.security == .required || endpoint.credentials != nil { throw .tlsNotOffered }
      return
    }
    let reply = try await command("STARTTLS", within: patience.command, at: .startTLS)
    guard reply.isSuccess else { throw .refused(reply, at: .startTLS) }
    // Whatever came in the clear behind the 220 may be an attacker's (RFC 3207 §6).
    guard !parser.hasUnreadOctets else {
      throw .violation("the server sent text in the clear after agreeing to TLS", at: .startTLS)
    }
    try await beginTLS(as: context, host: endpoint.host)
    capabilities = Capabilities()
    try await hello(name)
  }

  private func beginTLS(as context: TLSContext, host: String) async throws(SessionError) {
    do throws(NetError) {
      try await stream.startTLS(as: context, host: host, by: .after(patience.handshake))
      transcript.note(about: stream.encryption ?? "TLS")
    } catch {
      transcript.note(about: error)
      throw .network(error, at: .startTLS)
    }
  }

  // MARK: The line

  /// Sends a command and waits for its reply.
  func command(
    _ text: String, within patience: Duration, at step: SessionError.Step
  ) async throws(SessionError) -> Reply {
    say(text)
    try await flush(at: step)
    return try await reply(within: patience, at: step)
  }

  /// Queues a command.
  func say(_ text: String) {
    let start = output.count
    output += text.utf8
    output.append("\r\n")
    transcript.client(output[start...])
  }

  /// Writes what has been queued.
  func flush(at step: SessionError.Step) async throws(SessionError) {
    guard !output.isEmpty else { return }
    do throws(NetError) {
      try await stream.write(output, stallingAtMost: patience.dataBlock)
    } catch {
      isUsable = false
      transcript.note(about: error)
      throw .network(error, at: step)
    }
    output.removeAll(keepingCapacity: true)
  }

  /// Waits for the next reply; `secrets` are kept out of the transcript.
  func reply(
    within patience: Duration, at step: SessionError.Step, hiding secrets: [[UInt8]] = []
  ) async throws(SessionError) -> Reply {
    var deadline: Deadline?
    while true {
      do throws(ReplyParser.Violation) {
        if let reply = try parser.next() {
          transcript.server(secrets.isEmpty ? reply : reply.masking(secrets))
          return reply
        }
      } catch {
        throw violation(error, at: step)
      }
      let end = deadline ?? .after(patience)
      deadline = end
      try await receive(by: end, at: step)
    }
  }

  /// Waits for more octets of a reply.
  private func receive(
    by deadline: Deadline, at step: SessionError.Step
  ) async throws(SessionError) {
    var count = 0
    do throws(NetError) {
      count = try await parser.withBuffer { buffer throws(NetError) in
        try await stream.read(into: &buffer, atMost: 4_096, by: deadline)
      }
    } catch {
      isUsable = false
      transcript.note(about: error)
      throw .network(error, at: step)
    }
    guard count > 0 else {
      isUsable = false
      transcript.note("the server closed the connection")
      throw .network(.closed, at: step)
    }
  }

  private func violation(
    _ violation: ReplyParser.Violation, at step: SessionError.Step
  ) -> SessionError {
    isUsable = false
    transcript.note("what came is no SMTP")
    return switch violation {
    case .tooLong: .violation("a reply of more than 64 KiB", at: step)
    case .codesDisagree: .violation("a reply whose lines bear different codes", at: step)
    case .notAReply(let line):
      .violation(
        "“\(Reply(code: 0, text: line).line.dropFirst(2).prefix(80))”, which is no SMTP reply",
        at: step)
    }
  }

  // MARK: The end

  /// Says QUIT, waits a moment for the answer, closes.
  public func quit() async {
    if isUsable, announced == nil {
      _ = try? await command("QUIT", within: patience.quit, at: .reply)
    }
    abandon()
  }

  /// Closes at once: a message whose body has begun but not ended is thereby withdrawn.
  public func abandon() {
    isUsable = false
    stream.close()
  }
}
