import Glibc
import Locking
import Net
import SMTP
import Testing

/// Client and sandbox server, over sockets.
@Suite struct SandboxTests {
  init() { signal(SIGPIPE, SIG_IGN) }

  /// Serves on one loop while `body` runs on another.
  ///
  /// - Returns: What `body` returns, and the messages that came.
  static func serve<Result: Sendable>(
    _ configuration: ServerConfiguration = ServerConfiguration(), tls: TLSContext? = nil,
    isImplicit: Bool = false,
    _ body: @escaping @Sendable (UInt16, EventLoop) async throws -> Result
  ) async throws -> (Result, [ServerMessage]) {
    let messages = Lock<[ServerMessage]>([])
    let serverLoop = try EventLoop(name: "server")
    let server = SMTPServer(configuration, tls: tls, isImplicit: isImplicit, on: serverLoop) {
      message in
      messages.withLock { $0.append(message) }
      return message.decision
    }
    let address = try await SocketAddress.resolve(host: "127.0.0.1", port: 0)
    let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
    let serving = Task {
      defer { port.finish() }
      try await server.run(at: address[0]) { port.yield($0) }
    }
    var found = ports.makeAsyncIterator()
    let number = try #require(await found.next())
    let result = await Task { try await onEventLoop { try await body(number, $0) } }.result
    serving.cancel()
    try await serving.value
    serverLoop.stop()
    return (try result.get(), messages.withLock { $0 })
  }

  private static func open(
    _ endpoint: Endpoint, tls: TLSContext, on loop: EventLoop
  ) async throws -> ClientSession {
    try await ClientSession.open(
      endpoint, hello: nil, tls: tls, unverifiedTLS: try .unverifiedClient(), patience: .short,
      on: loop)
  }

  /// The error with which a session cannot be opened.
  static func refusal(
    _ endpoint: Endpoint, tls: TLSContext, on loop: EventLoop
  ) async throws -> SessionError? {
    do {
      try await open(endpoint, tls: tls, on: loop).abandon()
      return nil
    } catch let error as SessionError {
      return error
    }
  }

  @Test(arguments: [true, false])
  func `an unknown certificate is refused where the server must prove itself`(
    hasCredentials: Bool
  ) async throws {
    let credentials = Credentials(user: "ada", password: Array("pw".utf8))
    let (error, messages) = try await Self.serve(
      tls: try .selfSignedServer(host: "localhost")
    ) { port, loop in
      let endpoint = Endpoint(
        host: "127.0.0.1", port: port, security: hasCredentials ? .opportunistic : .required,
        credentials: hasCredentials ? credentials : nil)
      return try await Self.refusal(endpoint, tls: try .client(), on: loop)
    }
    guard case .network(.tls(let failure), .startTLS) = error, case .certificate = failure else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.isTemporary == false)
    #expect(messages.isEmpty)
  }

  @Test func `without credentials privacy alone is enough`() async throws {
    let (encryption, messages) = try await Self.serve(
      tls: try .selfSignedServer(host: "localhost")
    ) { port, loop in
      let endpoint = Endpoint(host: "127.0.0.1", port: port, security: .opportunistic)
      let session = try await Self.open(endpoint, tls: try .client(), on: loop)
      #expect(try await session.send(".dot\r\n").isSuccess)
      let encryption = session.encryption
      await session.quit()
      return encryption
    }
    #expect(encryption?.hasPrefix("TLSv1.3") == true)
    #expect(messages.map(\.text) == [".dot\r\n"])
    #expect(messages.first?.envelope.isSecure == true)
    #expect(messages.first?.envelope.hello == Array("[127.0.0.1]".utf8))
  }

  @Test(arguments: [("pw", true), ("wrong", false), ("", false)])
  func `signing in under TLS`(password: String, isRight: Bool) async throws {
    var configuration = ServerConfiguration()
    configuration.requiresAuthentication = true
    configuration.authenticator = { $0 == Array("ada".utf8) && $1 == Array("pw".utf8) }
    let (error, messages) = try await Self.serve(
      configuration, tls: try .selfSignedServer(host: "localhost")
    ) { port, loop -> SessionError? in
      let endpoint = Endpoint(
        host: "127.0.0.1", port: port, security: .required,
        credentials: Credentials(user: "ada", password: Array(password.utf8)))
      // Stands for a context that trusts the server.
      let tls = try TLSContext.unverifiedClient()
      guard isRight else { return try await Self.refusal(endpoint, tls: tls, on: loop) }
      let session = try await Self.open(endpoint, tls: tls, on: loop)
      #expect(try await session.send().isSuccess)
      await session.quit()
      return nil
    }
    if isRight {
      #expect(error == nil)
      #expect(messages.map(\.envelope.user) == [Array("ada".utf8)])
    } else {
      guard case .wrongCredentials(let reply) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reply.code == 535)
      #expect(messages.isEmpty)
    }
  }

  @Test func `two hundred messages over four sessions arrive once each, as they were`() async throws
  {
    let texts = (0..<200).map { number in
      Array("Subject: \(number)\r\n\r\n.\(number)\r\n..\r\n.\r\nend of \(number)\r\n".utf8)
    }
    let (replies, messages) = try await Self.serve { port, loop in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for share in 0..<4 {
          group.addTask(executorPreference: loop) {
            let endpoint = Endpoint(host: "127.0.0.1", port: port, security: .none)
            let session = try await Self.open(endpoint, tls: try .client(), on: loop)
            let numbers = Array(share * 50..<share * 50 + 50)
            var successes = 0
            session.start(Self.envelope(numbers[0], texts))
            for (index, number) in numbers.enumerated() {
              #expect(try await session.awaitGo() == .ahead)
              let next = index + 1 < numbers.count ? Self.envelope(number + 1, texts) : nil
              let reply = try await session.finish([texts[number]], thenStart: next)
              if reply.isSuccess { successes += 1 }
            }
            await session.quit()
            return successes
          }
        }
        return try await group.reduce(0, +)
      }
    }
    #expect(replies == 200)
    #expect(messages.count == 200)
    let recipients = Set(messages.flatMap(\.envelope.recipients))
    #expect(recipients.count == 200)
    for message in messages {
      let recipient = String(decoding: message.envelope.recipients.joined(), as: UTF8.self)
      let number = try #require(recipient.split(separator: "@").first.flatMap { Int($0) })
      #expect(message.bytes == texts[number])
      #expect(message.envelope.declaredSize == texts[number].count)
      #expect(!message.hasBareLineFeed)
    }
  }

  private static func envelope(_ number: Int, _ texts: [[UInt8]]) -> Envelope {
    Envelope(
      sender: Array("a@me.example".utf8), recipient: Array("\(number)@you.example".utf8),
      size: texts[number].count)
  }
}
