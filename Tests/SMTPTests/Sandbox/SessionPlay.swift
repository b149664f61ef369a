import Net
import SMTP

/// A client's session against a scripted server, once it is over.
struct SessionPlay<Result: Sendable>: Sendable {
  let result: Swift.Result<Result, any Error>
  let transcript: ScriptedServer.Transcript
  /// What the session itself wrote down when it could not be opened.
  let report: String

  /// What the client said, all of it.
  var text: String { transcript.text }

  var sessionError: SessionError? {
    guard case .failure(let error) = result else { return nil }
    return error as? SessionError
  }

  var interruption: ClientSession.Interruption? {
    guard case .failure(let error) = result else { return nil }
    return error as? ClientSession.Interruption
  }

  /// Opens a session, lets `body` use it, and says goodbye.
  static func run(
    _ script: [ScriptedServer.Step], security: Endpoint.Security = .none,
    credentials: Credentials? = nil, patience: Patience = .short,
    _ body: @escaping @Sendable (ClientSession) async throws -> Result
  ) async throws -> SessionPlay {
    let server = try ScriptedServer(script)
    let endpoint = Endpoint(
      host: "127.0.0.1", port: server.port, security: security, credentials: credentials)
    let (result, report) = try await onEventLoop { loop in
      var report = ""
      do {
        let session = try await ClientSession.open(
          endpoint, hello: "me.example", tls: try .unverifiedClient(),
          unverifiedTLS: try .unverifiedClient(), patience: patience, on: loop,
          whenItFails: { report = $0.text })
        defer { session.abandon() }
        return (Swift.Result<Result, any Error>.success(try await body(session)), report)
      } catch {
        return (.failure(error), report)
      }
    }
    return SessionPlay(result: result, transcript: await server.transcript, report: report)
  }
}

/// Runs `body` as a task of a new event loop, and ends the loop.
func onEventLoop<Result: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
  let loop = try EventLoop(name: "test")
  let result = await Task(executorPreference: loop) { try await body(loop) }.result
  loop.stop()
  return try result.get()
}

extension Patience {
  /// Long enough for a busy machine, and shorter than a test run may hang.
  static var short: Patience { Patience(everywhere: .seconds(15)) }

  /// Over before the server can have answered.
  static var none: Patience {
    var patience = Patience(everywhere: .milliseconds(20))
    patience.connect = .seconds(30)
    return patience
  }
}

extension [ScriptedServer.Step] {
  /// The greeting, and an EHLO that offers `extensions`.
  static func hello(_ extensions: String...) -> Self {
    let lines = extensions.enumerated().map { index, name in
      "250\(index == extensions.count - 1 ? " " : "-")\(name)\r\n"
    }
    let name = extensions.isEmpty ? "250 mail.example\r\n" : "250-mail.example\r\n"
    return [.say("220 mail.example ESMTP\r\n"), .line, .say(name + lines.joined())]
  }

  /// The answers to MAIL, RCPT and DATA in one go.
  static func announced(
    _ mail: String = "250 2.1.0 ok", _ recipient: String = "250 2.1.5 ok",
    _ data: String = "354 go"
  ) -> Self {
    [.lines(3), .say("\(mail)\r\n\(recipient)\r\n\(data)\r\n")]
  }
}

extension Envelope {
  static let first = Envelope(
    sender: Array("a@me.example".utf8), recipient: Array("b@you.example".utf8), size: 100)
  static let second = Envelope(
    sender: Array("a@me.example".utf8), recipient: Array("c@you.example".utf8), size: 100)
}

/// What the client says to announce a message.
enum Announcement {
  static let first = "MAIL FROM:<a@me.example>\r\nRCPT TO:<b@you.example>\r\nDATA\r\n"
  static let second = "MAIL FROM:<a@me.example>\r\nRCPT TO:<c@you.example>\r\nDATA\r\n"
}

extension ClientSession {
  /// Sends one message whose text is `text`.
  func send(_ text: String = "Hello\r\n", thenStart next: Envelope? = nil) async throws -> Reply {
    start(.first)
    guard try await awaitGo() == .ahead else { throw NotAhead() }
    return try await finish([[UInt8](text.utf8)], thenStart: next)
  }

  struct NotAhead: Error {}
}
