import Glibc
import Locking
import Net
import Octets
import SMTP

/// The mail server within: takes every message and keeps it, or only counts.
struct Sandbox: Sendable {
  enum Keeping: Sendable {
    case count
    /// As files; beyond `most` messages are only counted.
    case keep(folder: String, most: Int)
  }

  struct Counts: Sendable {
    var messages = 0
    var recipients = 0
    var octets = 0
    /// Messages that the script did not take.
    var refused = 0
    var lost = 0
  }

  private let keeping: Keeping
  private let script: SandboxScript?
  /// Part of the files' names, so that no run writes over what another has kept.
  private let startedAt = Timestamp.now()
  private let tally = Lock(Counts())

  /// A server that behaves well, unless a script says otherwise.
  init(_ keeping: Keeping, playing script: SandboxScript? = nil) {
    self.keeping = keeping
    self.script = script
  }

  var counts: Counts { tally.withLock { $0 } }

  /// Serves while `body` runs.
  func whileServing<Result: Sendable>(
    at place: HostAndPort, credentials: Credentials? = nil, on loop: EventLoop,
    _ body: (UInt16) async throws -> Result
  ) async throws -> Result {
    var configuration = ServerConfiguration()
    configuration.name = "sandbox.martlet.invalid"
    if case .count = keeping { configuration.keepsMessages = false }
    configuration.allowsAuthenticationInClear = true
    configuration.authenticator = { user, password in
      guard let credentials else { return true }
      return credentials.withPassword {
        $0 == password && [UInt8](credentials.user.utf8) == user
      }
    }
    if let script { configuration.play(script) }
    let server = SMTPServer(
      configuration, tls: try .selfSignedServer(host: "sandbox.martlet.invalid"), on: loop
    ) { message in receive(message) }
    guard
      let address = try await SocketAddress.resolve(host: place.host, port: place.port).first
    else { throw NetError.unresolvable(host: place.host, reason: "it has no address") }
    let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await serve(server, at: address, port) }
      var iterator = ports.makeAsyncIterator()
      guard let port = await iterator.next() else {
        try await group.waitForAll()
        throw NetError.closed
      }
      if case .keep(let folder, _) = keeping { try Self.makeFolder(folder) }
      let result = try await body(port)
      group.cancelAll()
      return result
    }
  }

  private func serve(
    _ server: SMTPServer, at address: SocketAddress, _ port: AsyncStream<UInt16>.Continuation
  ) async throws {
    defer { port.finish() }
    try await server.run(at: address) { port.yield($0) }
  }

  // MARK: Messages

  private func receive(_ message: ServerMessage) -> ServerDecision {
    guard message.decision.takes else {
      tally.withLock { $0.refused += 1 }
      return message.decision
    }
    let number = tally.withLock { tally in
      tally.messages += 1
      tally.recipients += message.envelope.recipients.count
      tally.octets += message.size
      return tally.messages
    }
    guard case .keep(let folder, let most) = keeping, number <= most else {
      return message.decision
    }
    if Self.write(message, to: "\(folder)/\(name(number))") { return message.decision }
    tally.withLock { tally in
      tally.messages -= 1
      tally.lost += 1
    }
    return ServerDecision(.reply(ServerReply(452, "4.3.1", "The sandbox cannot write")))
  }

  private func name(_ number: Int) -> String {
    let digits = String(number)
    return "\(startedAt.seconds)-" + String(repeating: "0", count: max(0, 6 - digits.count))
      + digits + ".eml"
  }

  /// The message as a mail server stores it, the envelope in front.
  private static func write(_ message: ServerMessage, to path: String) -> Bool {
    var octets: [UInt8] = []
    octets.append("Return-Path: <")
    octets += message.envelope.from
    octets.append(">\r\n")
    for recipient in message.envelope.recipients {
      octets.append("Delivered-To: ")
      octets += recipient
      octets.append("\r\n")
    }
    octets += message.bytes
    guard let file = fopen(path, "we") else { return false }
    let written = octets.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    return fclose(file) == 0 && written == octets.count
  }

  private static func makeFolder(_ path: String) throws {
    var made = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      made += made.isEmpty && part.isEmpty ? "/" : "\(part)/"
      guard mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
        throw SendRequest.Refusal(
          "The folder \(path) cannot be made: \(String(cString: strerror(errno))).")
      }
    }
  }
}
