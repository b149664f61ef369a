import Locking
import Net
import Octets
import SMTP
import Testing

/// A mail server in this process that follows a script and remembers what it has seen.
final class Mailroom: Sendable {
  /// What has come in so far.
  struct Book: Sendable {
    var connections = 0
    /// How often RCPT named a recipient.
    var tries: [String: Int] = [:]
    /// How often a complete message came for a recipient, acknowledged or not.
    var dots: [String: Int] = [:]
    /// How often one was acknowledged.
    var acknowledged: [String: Int] = [:]
    /// The names of the messages to each recipient.
    var names: [String: Set<String>] = [:]
    /// Messages after each connection; of use when there is one at a time.
    var perConnection: [Int] = []

    var messages: Int { dots.values.reduce(0, +) }
  }

  /// Decides with the book as it was before the moment.
  typealias Script = @Sendable (ServerMoment, Book) -> ServerDecision.Answer

  private let script: Script
  private let time: @Sendable (ServerMoment) -> Duration
  private let pages = Lock(Book())

  /// `time` is how long a client waits for each answer.
  init(
    _ script: @escaping Script = { _, _ in .accept },
    taking time: @escaping @Sendable (ServerMoment) -> Duration = { _ in .zero }
  ) {
    self.time = time
    self.script = script
  }

  var book: Book { pages.withLock { $0 } }

  private func decide(_ moment: ServerMoment) -> ServerDecision {
    let before = pages.withLock { book in
      let before = book
      switch moment {
      case .connect:
        book.connections += 1
        book.perConnection.append(0)
      case .recipient(let address, _): book.tries[Self.text(address), default: 0] += 1
      default: break
      }
      return before
    }
    return ServerDecision(script(moment, before), after: time(moment))
  }

  private func take(_ message: ServerMessage) -> ServerDecision {
    pages.withLock { book in
      for recipient in message.envelope.recipients.map(Self.text) {
        book.dots[recipient, default: 0] += 1
        let lines = String(decoding: message.bytes, as: UTF8.self).split(separator: "\r\n")
        if let name = lines.first(where: { $0.hasPrefix("Message-ID: ") }) {
          book.names[recipient, default: []].insert(String(name))
        }
        if message.decision.answer == .accept { book.acknowledged[recipient, default: 0] += 1 }
      }
      if let last = book.perConnection.indices.last { book.perConnection[last] += 1 }
    }
    return message.decision
  }

  static func text(_ octets: [UInt8]) -> String { String(decoding: octets, as: UTF8.self) }

  /// Serves while `body` runs, at a port of one's choice or any.
  func whileServing<Result: Sendable>(
    on loop: EventLoop, at port: UInt16 = 0,
    _ configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: (UInt16) async throws -> Result
  ) async throws -> Result {
    var configuration = ServerConfiguration()
    configuration.policy = ServerPolicy { [self] in decide($0) }
    configuration.allowsAuthenticationInClear = true
    configure(&configuration)
    let server = SMTPServer(configuration, on: loop) { [self] in take($0) }
    let address = try #require(
      try await SocketAddress.resolve(host: "127.0.0.1", port: port).first)
    let (ports, open) = AsyncStream.makeStream(of: UInt16.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { open.finish() }
        try await server.run(at: address) { open.yield($0) }
      }
      var iterator = ports.makeAsyncIterator()
      let result = try await body(try #require(await iterator.next()))
      group.cancelAll()
      return result
    }
  }
}

extension ServerMoment {
  /// The recipient of the message at hand, at the moments that know it.
  var recipient: String? {
    switch self {
    case .recipient(let address, _): Mailroom.text(address)
    case .data(let envelope), .message(let envelope, _):
      envelope.recipients.first.map(Mailroom.text)
    default: nil
    }
  }

  var isRecipient: Bool {
    if case .recipient = self { return true }
    return false
  }

  var isMessage: Bool {
    if case .message = self { return true }
    return false
  }
}
