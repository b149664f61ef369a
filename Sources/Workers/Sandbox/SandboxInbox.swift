import Crypto
import Locking
import MIME
import Model
import Net
import Octets
import SMTP
import Storage
import Telemetry

/// The mail server within: takes the messages of sandbox senders and keeps them for their
/// workspace.
///
/// It behaves well, unless the workspace rehearses a bad day. It listens on loopback. One signs in with the workspace's identifier and a password that is new
/// with every start, so that nobody but this process gets in.
final class SandboxInbox: Sendable {
  private let password = Token().text
  private let writer: InboxWriter
  private let stage: RehearsalStage
  private let state = Lock<UInt16?>(nil)
  /// Room for a message of 25 MB (ruling C13) and its header.
  private static let longestMessage = 26 << 20

  init(store: Store, log: Log?) {
    writer = InboxWriter(store: store, log: log)
    stage = RehearsalStage(store: store, log: log)
  }

  var port: UInt16? { state.withLock { $0 } }

  /// The server for the sandbox senders of a workspace; `nil` until it listens.
  func endpoint(of workspace: Identifier) -> Endpoint? {
    port.map { port in
      Endpoint(
        host: "127.0.0.1", port: port, security: .none,
        credentials: Credentials(
          user: workspace.text(.workspace), password: [UInt8](password.utf8)))
    }
  }

  /// Serves while `body` runs.
  ///
  /// - Throws: ``NetError`` when the port cannot be listened at.
  func whileServing(
    at port: UInt16, on loop: EventLoop, _ body: @escaping @Sendable () async -> Void
  ) async throws(NetError) {
    guard let address = try await SocketAddress.resolve(host: "127.0.0.1", port: port).first else {
      throw .unresolvable(host: "127.0.0.1", reason: "it has no address")
    }
    let server = SMTPServer(configuration, on: loop) { [self] in await receive($0) }
    let (ports, ready) = AsyncStream.makeStream(of: UInt16.self)
    let failure = await withTaskGroup(of: NetError?.self) { group in
      group.addTask {
        defer { ready.finish() }
        do throws(NetError) {
          try await server.run(at: address) { ready.yield($0) }
          return nil
        } catch {
          return error
        }
      }
      group.addTask { [writer] in
        await writer.work()
        return nil
      }
      group.addTask { [stage] in
        await stage.follow()
        return nil
      }
      var failure: NetError?
      var iterator = ports.makeAsyncIterator()
      if let port = await iterator.next() {
        await stage.look()
        state.withLock { $0 = port }
        await body()
        state.withLock { $0 = nil }
      } else {
        failure = .closed
      }
      group.cancelAll()
      while let result = await group.next() { failure = result ?? failure }
      return failure
    }
    if let failure { throw failure }
  }

  private var configuration: ServerConfiguration {
    var configuration = ServerConfiguration()
    configuration.name = "sandbox.martlet.invalid"
    configuration.longestMessage = Self.longestMessage
    configuration.allowsAuthenticationInClear = true
    configuration.requiresAuthentication = true
    configuration.authenticator = { [password = [UInt8](password.utf8)] user, given in
      ConstantTime.areEqual(given, password) && Self.workspace(user) != nil
    }
    // A script may have its say within the text, which nobody must go round. Whose script it is
    // shows only after EHLO.
    configuration.extensions.remove(.chunking)
    configuration.policy = ServerPolicy(knowing: { [stage] in stage.decide($0, $1) })
    return configuration
  }

  private static func workspace(_ user: [UInt8]) -> Identifier? {
    Identifier(String(decoding: user, as: UTF8.self), .workspace)
  }

  func receive(_ message: ServerMessage) async -> ServerDecision {
    guard let workspace = message.envelope.user.flatMap(Self.workspace) else {
      return ServerDecision(.reply(ServerReply(530, "5.7.0", "Sign in first")))
    }
    guard message.decision.takes else { return message.decision }
    let letter = InboxMessage(taking: message, for: workspace, now: .now())
    switch await writer.write(letter, content: message.bytes) {
    case .stored: return message.decision
    case .refused:
      return ServerDecision(.reply(ServerReply(452, "4.3.1", "The inbox cannot be written")))
    }
  }
}

extension InboxMessage {
  /// A header beyond this is not looked at.
  private static let longestHeader = 64 << 10

  /// What the list of the inbox shows of a message; its header may be anything.
  init(taking message: ServerMessage, for workspace: Identifier, now: Timestamp) {
    let header = ParsedMessage(parsing: Self.header(of: message.bytes))
    let from = header.fields.first(named: "From")?.text ?? ""
    let subject = header.subject?.text ?? ""
    self.init(
      id: .new(), workspace: workspace, receivedAt: now,
      envelopeFrom: Self.text(message.envelope.from, most: 320),
      recipients: message.envelope.recipients.prefix(100).map { Self.text($0, most: 320) }
        .joined(separator: ", "),
      from: Self.shortened(from, most: 500), subject: Self.shortened(subject, most: 1_000),
      size: message.size)
  }

  private static func header(of bytes: [UInt8]) -> [UInt8] {
    let start = bytes.prefix(longestHeader)
    var end = start.endIndex
    var index = start.startIndex
    while let feed = start[index...].firstIndex(of: ASCII.lineFeed) {
      index = feed + 1
      let rest = start[index...].prefix(2)
      if rest.first == ASCII.lineFeed || rest.elementsEqual([ASCII.carriageReturn, ASCII.lineFeed])
      {
        end = index
        break
      }
    }
    return Array(start[..<end]) + [ASCII.carriageReturn, ASCII.lineFeed]
  }

  private static func text(_ octets: [UInt8], most: Int) -> String {
    shortened(String(decoding: octets.prefix(most), as: UTF8.self), most: most)
  }

  /// Cut by scalars: one character may have as many of them as a sender likes.
  private static func shortened(_ text: String, most: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value != 0 }.prefix(most)))
  }
}
