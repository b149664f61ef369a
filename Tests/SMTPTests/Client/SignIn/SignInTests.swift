import Glibc
import SMTP
import Testing

/// AUTH over TLS (RFC 4954; F10).
@Suite struct SignInTests {
  private static let ada = Credentials(user: "ada", password: Array("pw".utf8))

  init() { signal(SIGPIPE, SIG_IGN) }

  private static func opening(_ offer: String) -> [String] {
    ["220 mail.example\r\n", "250-mail.example\r\n250 \(offer)\r\n"]
  }

  @Test(arguments: ["AUTH PLAIN", "AUTH LOGIN PLAIN", "auth plain login", "AUTH=PLAIN"])
  func `PLAIN goes in one line`(offer: String) async throws {
    let (error, text) = try await ScriptedTLSServer.signIn(
      Self.ada, answers: Self.opening(offer) + ["235 2.7.0 in\r\n"])
    #expect(error == nil)
    #expect(text == "EHLO me.example\r\nAUTH PLAIN AGFkYQBwdw==\r\n")
  }

  @Test func `LOGIN answers two questions`() async throws {
    let (error, text) = try await ScriptedTLSServer.signIn(
      Self.ada,
      answers: Self.opening("AUTH DIGEST-MD5 LOGIN")
        + ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n", "235 in\r\n"])
    #expect(error == nil)
    #expect(text == "EHLO me.example\r\nAUTH LOGIN\r\nYWRh\r\ncHc=\r\n")
  }

  @Test(arguments: [
    ("", [], "AUTH PLAIN AAA=\r\n"), ("ü", [0, 255], "AUTH PLAIN AMO8AAD/\r\n"),
    ("abc", Array("defg".utf8), "AUTH PLAIN AGFiYwBkZWZn\r\n"),
  ])
  func `all octets of a password survive`(
    user: String, password: [UInt8], line: String
  ) async throws {
    let (error, text) = try await ScriptedTLSServer.signIn(
      Credentials(user: user, password: password),
      answers: Self.opening("AUTH PLAIN") + ["235 in\r\n"])
    #expect(error == nil)
    #expect(text == "EHLO me.example\r\n" + line)
  }

  @Test func `535 is for good, and is tried once`() async throws {
    let (error, text) = try await ScriptedTLSServer.signIn(
      Self.ada, answers: Self.opening("AUTH PLAIN LOGIN") + ["535 5.7.8 wrong\r\n"])
    guard case .wrongCredentials(let reply) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reply.line == "535 5.7.8 wrong")
    #expect(error?.isTemporary == false)
    #expect(text.components(separatedBy: "AUTH").count == 2)
  }

  @Test(arguments: [454, 421, 432])
  func `a temporary refusal is for later`(code: Int) async throws {
    let (error, _) = try await ScriptedTLSServer.signIn(
      Self.ada, answers: Self.opening("AUTH PLAIN") + ["\(code) 4.7.0 busy\r\n"])
    guard case .refused(let reply, .authentication) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reply.code == code)
    #expect(error?.isTemporary == true)
  }

  @Test func `a server without a mechanism we know is named with what it has`() async throws {
    let (error, text) = try await ScriptedTLSServer.signIn(
      Self.ada, answers: Self.opening("AUTH DIGEST-MD5 GSSAPI"))
    #expect(error == .noMechanism(offered: ["DIGEST-MD5", "GSSAPI"]))
    #expect(text == "EHLO me.example\r\n")
  }

  @Test func `questions without end are not answered`() async throws {
    let (error, text) = try await ScriptedTLSServer.signIn(
      Self.ada, answers: Self.opening("AUTH PLAIN") + ["334 more?\r\n", "334 more?\r\n"])
    guard case .violation(_, .authentication) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text == "EHLO me.example\r\nAUTH PLAIN AGFkYQBwdw==\r\n")
  }
}

extension String {
  fileprivate func components(separatedBy word: String) -> [Substring] {
    split(separator: word, omittingEmptySubsequences: false)
  }
}
