import Glibc
import SMTP
import Testing

@testable import SMTP

/// What sessions of one sender learn from each other.
@Suite struct SignInMemoryTests {
  private static let ada = Credentials(user: "ada", password: Array("pencil-box".utf8))

  init() { signal(SIGPIPE, SIG_IGN) }

  private static func visit(
    _ memory: SignInMemory, _ answers: String...
  ) async throws -> ScriptedTLSServer.Visit {
    try await ScriptedTLSServer(
      ["220 x\r\n", "250-x\r\n250 AUTH CRAM-MD5 PLAIN\r\n"] + answers.map { "\($0)\r\n" }
    ).visit(ada, sharing: memory)
  }

  @Test func `what let one in is what the next begins with`() async throws {
    let memory = SignInMemory()
    let first = try await Self.visit(memory, "535 no", "235 in")
    #expect(first.error == nil)
    #expect(first.text.contains("AUTH CRAM-MD5"))
    let second = try await Self.visit(memory, "235 in")
    #expect(second.error == nil)
    #expect(second.text == "EHLO me.example\r\nAUTH PLAIN AGFkYQBwZW5jaWwtYm94\r\n")
  }

  @Test func `after a refusal none tries again`() async throws {
    let memory = SignInMemory()
    let first = try await Self.visit(memory, "535 5.7.8 no", "535 5.7.8 no")
    let second = try await Self.visit(memory, "334 PDFAeD4=", "235 in")
    for visit in [first, second] {
      guard case .wrongCredentials(let reply) = visit.error else {
        Issue.record("\(String(describing: visit.error))")
        return
      }
      #expect(reply.line == "535 5.7.8 no")
    }
    #expect(second.text == "EHLO me.example\r\n")
  }

  @Test func `what is about the server and not about us is tried again`() async throws {
    let memory = SignInMemory()
    let first = try await Self.visit(memory, "454 4.7.0 busy")
    #expect(first.error?.isTemporary == true)
    #expect(try await Self.visit(memory, "334 PDFAeD4=", "235 in").error == nil)
  }

  @Test func `the first tries alone, and the others wait for it`() async {
    let memory = SignInMemory()
    guard case .ahead(nil) = await memory.turn() else {
      Issue.record("the first may not try")
      return
    }
    let results = await withTaskGroup(of: Mechanism?.self) { group in
      for _ in 0..<20 {
        group.addTask {
          guard case .ahead(let mechanism) = await memory.turn() else { return nil }
          return mechanism
        }
      }
      // Those who came before this and those who come after it hear the same.
      await Task.yield()
      memory.ended(.signedIn(.plain))
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results == [Mechanism?](repeating: .plain, count: 20))
  }

  @Test func `when the first learns nothing, exactly one other tries next`() async {
    let memory = SignInMemory()
    _ = await memory.turn()
    memory.ended(.unknown)
    var tries = 0
    let outcomes = await withTaskGroup(of: Mechanism?.self) { group in
      for _ in 0..<20 {
        group.addTask {
          guard case .ahead(let mechanism) = await memory.turn() else { return nil }
          memory.ended(.signedIn(.login))
          return mechanism
        }
      }
      return await group.reduce(into: [Mechanism?]()) { $0.append($1) }
    }
    tries = outcomes.count { $0 == nil }
    #expect(tries == 1)
  }
}
