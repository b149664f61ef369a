import Model
import Net
import Octets
import Storage
import Testing

@testable import SMTP
@testable import Workers

/// The mail server within.
@Suite(.timeLimit(.minutes(1)))
struct SandboxInboxTests {
  /// Hands one message over as a sandbox sender does, or as somebody else.
  private func send(
    _ text: String, in room: EngineRoom, port: UInt16, credentials: Credentials?
  ) async throws -> Exit.Trial {
    let exit = try Exit(
      to: Endpoint(host: "127.0.0.1", port: port, security: .none, credentials: credentials),
      on: room.loop)
    return await withTaskGroup(of: Exit.Trial.self) { group in
      group.addTask(executorPreference: room.loop) {
        do throws(SessionError) {
          let session = try await exit.open()
          defer { session.abandon() }
          session.start(
            Envelope(
              sender: [UInt8]("a@example.org".utf8), recipient: [UInt8]("b@example.com".utf8),
              size: text.utf8.count))
          if case .refused(let reply, _) = try await session.awaitGo() { return .refused(reply) }
          do throws(ClientSession.Interruption) {
            return .accepted(try await session.finish([[UInt8](text.utf8)], thenStart: nil))
          } catch {
            return .failed(error.cause)
          }
        } catch {
          return .failed(error)
        }
      }
      return await group.next() ?? .failed(.tlsNotOffered)
    }
  }

  @Test(arguments: [
    nil, Credentials(user: "ada", password: [1]), Credentials(user: "", password: []),
  ])
  func `nobody gets in from outside`(credentials: Credentials?) async throws {
    try await EngineRoom.open { room in
      try await room.whileRunning { engine in
        let port = try #require(engine.sandboxPort)
        var who = credentials
        if who?.user == "ada" {
          who = Credentials(user: room.workspace.id.text(.workspace), password: [1])
        }
        switch try await send("Subject: x\r\n\r\nx\r\n", in: room, port: port, credentials: who) {
        case .accepted, .open: Issue.record("somebody got in")
        case .refused(let reply): #expect(reply.code == 530)
        case .failed, .unanswered: break
        }
        #expect(try await room.inbox().isEmpty)
      }
    }
  }

  private func taken(_ header: String) -> InboxMessage {
    var envelope = ServerEnvelope()
    envelope.from = [UInt8]("a@example.org".utf8)
    envelope.recipients = [[UInt8]("b@example.com".utf8), [0xFF, 0x41]]
    let bytes = [UInt8](header.utf8)
    return InboxMessage(
      taking: ServerMessage(
        envelope: envelope, bytes: bytes, size: bytes.count, isChunked: false,
        hasBareLineFeed: false, hasBareCarriageReturn: false, decision: .accept),
      for: .new(), now: Timestamp(seconds: 1_800_000_000))
  }

  @Test func `the list shows what a mail program would`() {
    let message = taken(
      "From: =?utf-8?q?Ad=C3=A4?= <ada@example.org>\r\nSubject: =?utf-8?b?w5ZsIGZvciBh?=\r\n"
        + " long  road\r\n\r\nSubject: not this\r\n")
    #expect(message.from == "Adä <ada@example.org>")
    #expect(message.subject.hasPrefix("Öl for a long"))
    #expect(message.recipients == "b@example.com, \u{FFFD}A")
    #expect(message.size > 100)
  }

  @Test(arguments: [
    "", "\r\n", "\n\n", "no header at all", "Subject", "Subject:", "\r\n\r\nSubject: x",
    "Subject: a\0b\r\n\r\n", String(repeating: "X: y\r\n", count: 50_000),
    "Subject: " + String(repeating: "é", count: 200_000),
    "Subject: e" + String(repeating: "\u{301}", count: 30_000) + "\n\n",
    "From: " + String(repeating: "(", count: 60_000),
  ])
  func `a hostile header is no harm`(header: String) {
    let message = taken(header)
    #expect(message.subject.unicodeScalars.count <= 1_000)
    #expect(message.from.unicodeScalars.count <= 500)
    #expect(!message.subject.unicodeScalars.contains("\0"))
  }

  @Test(arguments: [
    (ServerDecision.accept, true),
    (ServerDecision(.reply(ServerReply(554, "5.7.1", "Spam"))), false),
    (ServerDecision(.play(ServerPlan([.end(.farewell)], takes: true))), true),
    (ServerDecision(.play(ServerPlan([.usual], takes: false))), false),
    (ServerDecision(.drop), false),
  ])
  func `a script's word on a message is kept to, and so is the message if it says so`(
    decision: ServerDecision, isKept: Bool
  ) async throws {
    try await EngineRoom.open { room in
      let inbox = SandboxInbox(store: room.store, log: nil)
      let message = message(from: room.workspace.id, decision)
      try await inbox.whileServing(at: 0, on: room.loop) {
        #expect(await inbox.receive(message) == decision)
      }
      #expect(try await room.inbox().count == (isKept ? 1 : 0))
    }
  }

  private func message(from workspace: Identifier, _ decision: ServerDecision) -> ServerMessage {
    var envelope = ServerEnvelope()
    envelope.user = Array(workspace.text(.workspace).utf8)
    envelope.recipients = [[UInt8]("b@example.com".utf8)]
    let bytes = [UInt8]("Subject: x\r\n\r\nx\r\n".utf8)
    return ServerMessage(
      envelope: envelope, bytes: bytes, size: bytes.count, isChunked: false,
      hasBareLineFeed: false, hasBareCarriageReturn: false, decision: decision)
  }

  @Test func `a message of a house that is not there is refused, and takes no other with it`()
    async throws
  {
    try await EngineRoom.open { room in
      let writer = InboxWriter(store: room.store, log: nil)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await writer.work() }
        let outcomes = await withTaskGroup(of: (Int, InboxWriter.Outcome).self) { letters in
          for number in 0..<20 {
            letters.addTask {
              let message = InboxMessage(
                id: .new(), workspace: number == 7 ? .new() : room.workspace.id,
                receivedAt: .now(), envelopeFrom: "", recipients: "", from: "", subject: "",
                size: 1)
              return (number, await writer.write(message, content: [1]))
            }
          }
          return await letters.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        group.cancelAll()
        for number in 0..<20 {
          #expect(outcomes[number] == (number == 7 ? .refused : .stored))
        }
      }
      let kept = try await room.store.inbox.count(in: room.workspace.id)
      #expect(kept == 19)
      let late = InboxMessage(
        id: .new(), workspace: room.workspace.id, receivedAt: .now(), envelopeFrom: "",
        recipients: "", from: "", subject: "", size: 1)
      #expect(await writer.write(late, content: [1]) == .refused)
    }
  }
}
