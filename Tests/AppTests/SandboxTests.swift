import Foundation
import Net
import SMTP
import Testing

@testable import App

struct SandboxTests {
  /// Hands messages to a sandbox over one session; tells the server's replies.
  private func deliver(
    _ recipients: [String], _ text: String = "Subject: Hi\r\n\r\n.Hello\r\n", to sandbox: Sandbox,
    as user: Credentials? = nil, credentials: Credentials? = nil,
    whenReady: () throws -> Void = {}
  ) async throws -> [Int] {
    let loop = try EventLoop(name: "test-io")
    defer { loop.stop() }
    let (tls, unverified) = (try TLSContext.client(), try TLSContext.unverifiedClient())
    return try await sandbox.whileServing(
      at: HostAndPort(host: "127.0.0.1", port: 0), credentials: credentials, on: loop
    ) { port in
      try whenReady()
      return try await withThrowingTaskGroup(of: [Int].self) { group in
        group.addTask(executorPreference: loop) {
          let endpoint = Endpoint(
            host: "127.0.0.1", port: port, security: user == nil ? .opportunistic : .none,
            credentials: user)
          let session = try await ClientSession.open(
            endpoint, hello: "test.example.org", tls: tls, unverifiedTLS: unverified,
            patience: Patience(), on: loop)
          #expect((session.encryption != nil) == (user == nil))
          var codes: [Int] = []
          for recipient in recipients {
            session.start(
              Envelope(
                sender: [UInt8]("ada@example.org".utf8), recipient: [UInt8](recipient.utf8),
                size: text.utf8.count))
            guard case .ahead = try await session.awaitGo() else { continue }
            codes.append(try await session.finish([[UInt8](text.utf8)], thenStart: nil).code)
          }
          await session.quit()
          return codes
        }
        return try await group.next() ?? []
      }
    }
  }

  @Test func `it counts and keeps nothing`() async throws {
    let sandbox = Sandbox(.count)
    let codes = try await deliver(["a@example.com", "b@example.com"], to: sandbox)
    #expect(codes == [250, 250])
    #expect(sandbox.counts.messages == 2)
    #expect(sandbox.counts.recipients == 2)
    #expect(sandbox.counts.octets == 2 * "Subject: Hi\r\n\r\n.Hello\r\n".utf8.count)
    #expect(sandbox.counts.lost == 0)
  }

  @Test func `it keeps messages with their envelope, up to its limit`() async throws {
    try await SendWorkbench.open { bench in
      let folder = bench.path("a/b/kept")
      let sandbox = Sandbox(.keep(folder: folder, most: 2))
      let codes = try await deliver(
        ["a@example.com", "b@example.com", "c@example.com"], to: sandbox)
      #expect(codes == [250, 250, 250])
      #expect(sandbox.counts.messages == 3)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(names.map { String($0.suffix(11)) } == ["-000001.eml", "-000002.eml"])
      #expect(
        try bench.text("a/b/kept/\(names[1])") == """
          Return-Path: <ada@example.org>\r\nDelivered-To: b@example.com\r\n\
          Subject: Hi\r\n\r\n.Hello\r\n
          """)
    }
  }

  @Test func `a message that cannot be kept is refused, and not counted`() async throws {
    try await SendWorkbench.open { bench in
      let sandbox = Sandbox(.keep(folder: bench.path("kept"), most: 10))
      let codes = try await deliver(["a@example.com"], to: sandbox) {
        try FileManager.default.removeItem(atPath: bench.path("kept"))
      }
      #expect(codes == [452])
      #expect(sandbox.counts.messages == 0)
      #expect(sandbox.counts.lost == 1)
    }
  }

  @Test func `what a script refuses is not kept, and what it takes in silence is`() async throws {
    try await SendWorkbench.open { bench in
      let script = try SandboxScript(
        parsing: """
          dot to no@example.com: reply 554 5.7.1 "No"
          dot to odd@example.com: take, reply 451 4.3.0 "Perhaps"
          """)
      let folder = bench.path("kept")
      let sandbox = Sandbox(.keep(folder: folder, most: 10), playing: script)
      let codes = try await deliver(
        ["a@example.com", "no@example.com", "odd@example.com"], to: sandbox)
      #expect(codes == [250, 554, 451])
      #expect(sandbox.counts.messages == 2)
      #expect(sandbox.counts.refused == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }
  }

  @Test func `a folder that cannot be made is said so`() async throws {
    try await SendWorkbench.open { bench in
      let file = try bench.write("x", to: "file")
      let sandbox = Sandbox(.keep(folder: "\(file)/kept", most: 1))
      let error = await #expect(throws: SendRequest.Refusal.self) {
        _ = try await deliver([], to: sandbox)
      }
      #expect(
        error?.description == "The folder \(file)/kept cannot be made: Not a directory.")
    }
  }

  @Test func `anyone may sign in unless there are credentials`() async throws {
    let ada = Credentials(user: "ada", password: [1, 2])
    #expect(try await deliver(["a@example.com"], to: Sandbox(.count), as: ada) == [250])
    #expect(
      try await deliver(["a@example.com"], to: Sandbox(.count), as: ada, credentials: ada) == [250])
    for wrong in [
      Credentials(user: "ada", password: [1]), Credentials(user: "eve", password: [1, 2]),
    ] {
      await #expect(throws: SessionError.self) {
        _ = try await deliver(["a@example.com"], to: Sandbox(.count), as: wrong, credentials: ada)
      }
    }
  }

  @Test func `an address that cannot be listened at is an error`() async throws {
    let loop = try EventLoop(name: "test-io")
    defer { loop.stop() }
    await #expect(throws: (any Error).self) {
      try await Sandbox(.count).whileServing(
        at: HostAndPort(host: "192.0.2.1", port: 0), on: loop
      ) { _ in }
    }
  }
}
