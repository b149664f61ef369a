import Locking
import Net
import SMTP

/// A server under TLS that gives one answer to each line.
///
/// The conversation begins in the clear when there are answers for that, the last of which agrees to
/// STARTTLS.
struct ScriptedTLSServer: Sendable {
  /// What a client made of it.
  struct Visit: Sendable {
    /// Why the session could not be opened.
    var error: SessionError?
    /// What the client said under TLS, and before.
    var text: String
    var clearText = ""
    var transcript: String
  }

  var clear: [String] = []
  /// The answer to the client's line with this number; number 0 is the greeting.
  let answer: @Sendable (Int, String) -> String?

  init(clear: [String] = [], _ answers: [String]) {
    self.init(clear: clear) { number, _ in answers.indices.contains(number) ? answers[number] : nil
    }
  }

  init(clear: [String] = [], answering answer: @escaping @Sendable (Int, String) -> String?) {
    self.clear = clear
    self.answer = answer
  }

  /// Opens a session that has to sign in.
  ///
  /// `answers` are the greeting, then what is said to each line of the client. What comes back is
  /// the error of opening, `nil` when it went well, and the client's lines.
  static func signIn(
    _ credentials: Credentials, answers: [String]
  ) async throws -> (error: SessionError?, text: String) {
    let visit = try await Self(answers).visit(credentials)
    return (visit.error, visit.text)
  }

  /// Opens a session and leaves.
  func visit(
    _ credentials: Credentials?, mechanisms: [Mechanism] = Mechanism.strongestFirst,
    sharing signIns: SignInMemory? = nil
  ) async throws -> Visit {
    try await onEventLoop { loop in
      let address = try await SocketAddress.resolve(host: "127.0.0.1", port: 0)
      let listener = try Listener(at: address[0], on: loop)
      let endpoint = Endpoint(
        host: "127.0.0.1", port: listener.port, security: clear.isEmpty ? .implicit : .required,
        credentials: credentials, mechanisms: mechanisms)
      return try await withThrowingTaskGroup(of: (SessionError?, String).self) { group in
        group.addTask(executorPreference: loop) {
          var transcript = ""
          do throws(SessionError) {
            let context = try Self.anyContext()
            let session = try await ClientSession.open(
              endpoint, hello: "me.example", tls: context, unverifiedTLS: context,
              patience: .short, on: loop, sharing: signIns
            ) { transcript = $0.text }
            transcript = session.transcript.text
            session.abandon()
            return (nil, transcript)
          } catch {
            return (error, transcript)
          }
        }
        guard let stream = await listener.acceptDescriptor()?.stream(on: loop) else {
          throw NetError.closed
        }
        let (clearText, text) = try await play(over: stream)
        let (error, transcript) = try await group.next() ?? (nil, "")
        return Visit(error: error, text: text, clearText: clearText, transcript: transcript)
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

  private func play(over stream: Stream) async throws -> (clear: String, text: String) {
    var clearText = ""
    if !clear.isEmpty {
      clearText = try await Self.converse(over: stream) { number, _ in
        clear.indices.contains(number) ? clear[number] : nil
      }
    }
    let context = try TLSContext.selfSignedServer(host: "localhost")
    try await stream.acceptTLS(as: context, by: .after(.seconds(15)))
    // The first line under TLS that began later is an EHLO: there is no second greeting.
    let skipped = clear.isEmpty ? 0 : 1
    let text = try await Self.converse(over: stream, from: skipped, answer)
    // A client that leaves may reset instead of saying goodbye.
    var rest: [UInt8] = []
    _ = try? await stream.read(into: &rest, by: .after(.seconds(15)))
    return (clearText, text + String(decoding: rest, as: UTF8.self))
  }

  /// Answers until there is no answer or nobody to hear it.
  private static func converse(
    over stream: Stream, from first: Int = 0, _ answer: (Int, String) -> String?
  ) async throws -> String {
    var received: [UInt8] = []
    var taken = 0
    var number = first
    if number == 0, let greeting = answer(0, "") {
      try await stream.write(Array(greeting.utf8), stallingAtMost: .seconds(15))
    }
    number = 1
    while answer(number, "") != nil {
      while !received[taken...].contains(0x0A) {
        guard try await stream.read(into: &received, by: .after(.seconds(15))) > 0 else {
          return String(decoding: received, as: UTF8.self)
        }
      }
      let end = (received[taken...].firstIndex(of: 0x0A) ?? taken) + 1
      let line = String(decoding: received[taken..<end].dropLast(2), as: UTF8.self)
      taken = end
      guard let said = answer(number, line) else { break }
      try await stream.write(Array(said.utf8), stallingAtMost: .seconds(15))
      number += 1
    }
    return String(decoding: received, as: UTF8.self)
  }
}
