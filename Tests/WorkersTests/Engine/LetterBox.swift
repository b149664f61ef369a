import Locking
import Net
import SMTP
import Testing

/// A mail server in this process that keeps what it takes.
final class LetterBox: Sendable {
  struct Letter: Sendable {
    let sender: String
    let recipients: [String]
    let text: String
  }

  private let letters = Lock<[Letter]>([])

  var all: [Letter] { letters.withLock { $0 } }

  /// Serves while `body` runs.
  func whileServing<Result: Sendable>(
    on loop: EventLoop, _ body: (UInt16) async throws -> Result
  ) async throws -> Result {
    let server = SMTPServer(ServerConfiguration(), on: loop) { [self] message in
      letters.withLock {
        $0.append(
          Letter(
            sender: Mailroom.text(message.envelope.from),
            recipients: message.envelope.recipients.map(Mailroom.text),
            text: String(decoding: message.bytes, as: UTF8.self)))
      }
      return message.decision
    }
    let address = try #require(
      try await SocketAddress.resolve(host: "127.0.0.1", port: 0).first)
    let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { port.finish() }
        try await server.run(at: address) { port.yield($0) }
      }
      var iterator = ports.makeAsyncIterator()
      let result = try await body(try #require(await iterator.next()))
      group.cancelAll()
      return result
    }
  }
}
