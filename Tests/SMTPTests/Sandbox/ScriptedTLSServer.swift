import Locking
import Net
import SMTP

/// A server under TLS from the first octet that gives fixed answers, one to each line.
enum ScriptedTLSServer {
  /// Opens a session that has to sign in.
  ///
  /// `answers` are the greeting, then what is said to each line of the client. What comes back is
  /// the error of opening, `nil` when it went well, and the client's lines.
  static func signIn(
    _ credentials: Credentials, answers: [String]
  ) async throws -> (error: SessionError?, text: String) {
    try await onEventLoop { loop in
      let address = try await SocketAddress.resolve(host: "127.0.0.1", port: 0)
      let listener = try Listener(at: address[0], on: loop)
      let endpoint = Endpoint(
        host: "127.0.0.1", port: listener.port, security: .implicit, credentials: credentials)
      return try await withThrowingTaskGroup(of: SessionError?.self) { group in
        group.addTask(executorPreference: loop) {
          do throws(SessionError) {
            let context = try anyContext()
            try await ClientSession.open(
              endpoint, hello: "me.example", tls: context, unverifiedTLS: context,
              patience: .short, on: loop
            ).abandon()
            return nil
          } catch {
            return error
          }
        }
        guard let stream = await listener.acceptDescriptor()?.stream(on: loop) else {
          throw NetError.closed
        }
        let text = try await play(answers, over: stream)
        return (try await group.next() ?? nil, text)
      }
    }
  }

  /// Stands for a trusted context: whom the certificate names is not what is tested here.
  private static func anyContext() throws(SessionError) -> TLSContext {
    do throws(NetError) {
      return try .unverifiedClient()
    } catch {
      throw .network(error, at: .connect)
    }
  }

  private static func play(_ answers: [String], over stream: Stream) async throws -> String {
    let context = try TLSContext.selfSignedServer(host: "localhost")
    try await stream.acceptTLS(as: context, by: .after(.seconds(15)))
    var received: [UInt8] = []
    var lines = 0
    for (index, answer) in answers.enumerated() {
      while lines < index {
        let start = received.count
        guard try await stream.read(into: &received, by: .after(.seconds(15))) > 0 else {
          return String(decoding: received, as: UTF8.self)
        }
        lines += received[start...].count { $0 == 0x0A }
      }
      try await stream.write(Array(answer.utf8), stallingAtMost: .seconds(15))
    }
    // A client that leaves may reset instead of saying goodbye.
    _ = try? await stream.read(into: &received, by: .after(.seconds(15)))
    return String(decoding: received, as: UTF8.self)
  }
}
