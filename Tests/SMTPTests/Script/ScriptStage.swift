import Glibc
import Locking
import Net
import SMTP
import Testing

/// A server that plays a script, over real sockets.
enum ScriptStage {
  /// Serves while `body` runs on a loop of its own.
  ///
  /// - Returns: What `body` returns, and the messages that were taken.
  static func play<Result: Sendable>(
    _ script: String, tls: TLSContext? = nil, host: String = "127.0.0.1",
    _ body: @escaping @Sendable (UInt16, EventLoop) async throws -> Result
  ) async throws -> (result: Result, taken: [ServerMessage]) {
    signal(SIGPIPE, SIG_IGN)
    let taken = Lock<[ServerMessage]>([])
    var configuration = ServerConfiguration()
    configuration.name = "mail.example"
    configuration.authenticator = { $0 == Array("ada".utf8) && $1 == Array("pw".utf8) }
    configuration.allowsAuthenticationInClear = true
    configuration.play(try SandboxScript(parsing: script))
    let loop = try EventLoop(name: "server")
    let server = SMTPServer(configuration, tls: tls, on: loop) { message in
      if message.decision.takes { taken.withLock { $0.append(message) } }
      return message.decision
    }
    let address = try #require(try await SocketAddress.resolve(host: host, port: 0).first)
    let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
    let serving = Task {
      defer { port.finish() }
      try await server.run(at: address) { port.yield($0) }
    }
    var found = ports.makeAsyncIterator()
    let number = try #require(await found.next())
    let result = await Task { try await onEventLoop { try await body(number, $0) } }.result
    serving.cancel()
    try await serving.value
    loop.stop()
    return (try result.get(), taken.withLock { $0 })
  }

  /// Talks to the server octet by octet.
  static func wire<Result: Sendable>(
    _ script: String, tls: TLSContext? = nil,
    _ body: @escaping @Sendable (Wire) async throws -> Result
  ) async throws -> (result: Result, taken: [ServerMessage]) {
    try await play(script, tls: tls) { port, loop in
      let wire = try await Wire(to: port, on: loop)
      defer { wire.stream.close() }
      return try await body(wire)
    }
  }

  /// What comes to the bitter end when all of `text` is said at once.
  static func end(_ script: String, saying text: String = "") async throws -> Wire.End {
    try await play(script) { try await Wire.end(to: $0, on: $1, saying: text) }.result
  }

  /// Our own client's session, or why it could not be opened.
  static func session<Result: Sendable>(
    _ script: String, tls: TLSContext? = nil, security: Endpoint.Security = .none,
    credentials: Credentials? = nil, patience: Patience = .short,
    _ body: @escaping @Sendable (ClientSession) async throws -> Result
  ) async throws -> (result: Swift.Result<Result, any Error>, taken: [ServerMessage]) {
    try await play(script, tls: tls) { port, loop in
      do {
        let session = try await ClientSession.open(
          Endpoint(host: "127.0.0.1", port: port, security: security, credentials: credentials),
          hello: "me.example", tls: try .unverifiedClient(), unverifiedTLS: try .unverifiedClient(),
          patience: patience, on: loop)
        defer { session.abandon() }
        return Swift.Result<Result, any Error>.success(try await body(session))
      } catch {
        return .failure(error)
      }
    }
  }

  /// Why our own client's session cannot be opened.
  static func refusal(
    _ script: String, tls: TLSContext? = nil, security: Endpoint.Security = .none,
    credentials: Credentials? = nil
  ) async throws -> SessionError? {
    let play = try await session(
      script, tls: tls, security: security, credentials: credentials
    ) { _ in }
    guard case .failure(let error) = play.result else { return nil }
    return error as? SessionError
  }
}

/// A client that says and hears octets.
final class Wire {
  enum Ending: Sendable, Equatable {
    /// The server has ended its side.
    case farewell
    /// The connection was reset.
    case reset
    case timeOut
  }

  struct End: Sendable, Equatable {
    var text: String
    var ending: Ending
  }

  let stream: Stream
  private var heard: [UInt8] = []

  init(to port: UInt16, on loop: EventLoop, patience: Duration = .seconds(15)) async throws {
    stream = try await Stream.connect(
      toAnyOf: try await SocketAddress.resolve(host: "127.0.0.1", port: port), patience: patience,
      on: loop)
  }

  /// What comes to the bitter end when all of `text` is said at once.
  static func end(
    to port: UInt16, on loop: EventLoop, saying text: String = ""
  ) async throws -> End {
    let wire: Wire
    do {
      wire = try await Wire(to: port, on: loop)
    } catch let error as NetError where error == .closed {
      // The reset was there before the system had told us that we are connected.
      return End(text: "", ending: .reset)
    }
    defer { wire.stream.close() }
    // A server that has reset the connection takes nothing any more; what it said before counts.
    try? await wire.say(text)
    return await wire.end()
  }

  func say(_ text: String) async throws {
    try await stream.write(Array(text.utf8), stallingAtMost: .seconds(15))
  }

  /// The next line, without its end; what there is when the connection ends before.
  func line() async throws -> String {
    while true {
      if let feed = heard.firstIndex(of: 0x0A) {
        let line = heard[...feed]
        heard.removeFirst(feed + 1)
        return String(decoding: line.dropLast(line.dropLast().last == 0x0D ? 2 : 1), as: UTF8.self)
      }
      if try await stream.read(into: &heard, by: .after(.seconds(15))) == 0 {
        throw NetError.closed
      }
    }
  }

  /// The last line of the next reply.
  func reply() async throws -> String {
    while true {
      let line = try await line()
      if line.dropFirst(3).first != "-" { return line }
    }
  }

  /// Says it and takes the last line of the answer.
  func ask(_ text: String) async throws -> String {
    try await say("\(text)\r\n")
    return try await reply()
  }

  /// What comes until the connection ends.
  func end(within patience: Duration = .seconds(15)) async -> End {
    var ending = Ending.farewell
    do {
      while try await stream.read(into: &heard, by: .after(patience)) > 0 {}
    } catch {
      ending = error == .closed ? .reset : .timeOut
    }
    return End(text: String(decoding: heard, as: UTF8.self), ending: ending)
  }

  /// The banner, and the answer to EHLO.
  func begin() async throws {
    _ = try await reply()
    _ = try await ask("EHLO me.example")
  }
}

/// What a client says.
enum Say {
  static let envelope = "MAIL FROM:<a@me.example>\r\nRCPT TO:<b@you.example>\r\nDATA\r\n"
  static let message = "\(envelope)Subject: Hi\r\n\r\nHello\r\n.\r\n"
  static let all = "EHLO me.example\r\n\(message)QUIT\r\n"
}
