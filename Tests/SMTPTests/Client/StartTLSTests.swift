import Net
import SMTP
import Testing

/// STARTTLS where something is wrong with it (F7, F9; RFC 3207).
@Suite struct StartTLSTests {
  static let credentials = Credentials(user: "ada", password: Array("pw".utf8))

  @Test func `plaintext behind the 220 is an attack`() async throws {
    let play = try await SessionPlay.run(
      .hello("STARTTLS") + [.line, .say("220 go\r\n250-mail.example\r\n250 AUTH PLAIN\r\n")],
      security: .required
    ) { _ in }
    guard case .violation(_, .startTLS) = play.sessionError else {
      Issue.record("\(play.result)")
      return
    }
    #expect(play.text == "EHLO me.example\r\nSTARTTLS\r\n")
  }

  @Test func `half a line behind the 220 is one as well`() async throws {
    let play = try await SessionPlay.run(
      .hello("STARTTLS") + [.line, .say("220 go\r\n2")], security: .opportunistic
    ) { _ in }
    guard case .violation(_, .startTLS) = play.sessionError else {
      Issue.record("\(play.result)")
      return
    }
  }

  private static let clear = [
    "220 mail.example\r\n",
    "250-mail.example\r\n250-STARTTLS\r\n250-PIPELINING\r\n250-SIZE 7\r\n250 AUTH PLAIN\r\n",
    "220 go\r\n",
  ]

  @Test func `what was offered in the clear counts for nothing under TLS`() async throws {
    let visit = try await ScriptedTLSServer(clear: Self.clear, ["", "250 mail.example\r\n"])
      .visit(Self.credentials)
    #expect(visit.error == .noMechanism(offered: []))
    #expect(visit.clearText == "EHLO me.example\r\nSTARTTLS\r\n")
    #expect(visit.text == "EHLO me.example\r\n")
  }

  @Test func `the password goes out under TLS, after a second EHLO`() async throws {
    let visit = try await ScriptedTLSServer(
      clear: Self.clear,
      ["", "250-mail.example\r\n250 AUTH LOGIN PLAIN\r\n", "235 in\r\n"]
    ).visit(Self.credentials)
    #expect(visit.error == nil)
    #expect(visit.clearText == "EHLO me.example\r\nSTARTTLS\r\n")
    #expect(visit.text == "EHLO me.example\r\nAUTH PLAIN AGFkYQBwdw==\r\n")
    #expect(visit.transcript.contains("-- TLSv1.3 "))
  }

  @Test func `a 220 that brings its own greeting of TLS is an attack as well`() async throws {
    // Octets that look like the beginning of a TLS record are no better than lines.
    let play = try await SessionPlay.run(
      .hello("STARTTLS") + [.line, .sayOctets(Array("220 go\r\n".utf8) + [22, 3, 3, 0, 4])],
      security: .required
    ) { _ in }
    guard case .violation(_, .startTLS) = play.sessionError else {
      Issue.record("\(play.result)")
      return
    }
    #expect(play.text == "EHLO me.example\r\nSTARTTLS\r\n")
  }

  @Test(arguments: [
    (Endpoint.Security.required, nil), (.required, credentials), (.opportunistic, credentials),
  ])
  func `without STARTTLS nothing more is said, least of all a password`(
    security: Endpoint.Security, credentials: Credentials?
  ) async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING", "AUTH PLAIN LOGIN"), security: security, credentials: credentials
    ) { _ in }
    #expect(play.sessionError == .tlsNotOffered)
    #expect(play.sessionError?.isTemporary == false)
    #expect(play.text == "EHLO me.example\r\n")
  }

  @Test func `opportunistic without credentials goes on in the clear`() async throws {
    let play = try await SessionPlay.run(.hello("PIPELINING"), security: .opportunistic) {
      $0.encryption
    }
    #expect(try play.result.get() == nil)
  }

  @Test(arguments: [Endpoint.Security.required, .opportunistic])
  func `454 is for later`(security: Endpoint.Security) async throws {
    let play = try await SessionPlay.run(
      .hello("STARTTLS") + [.line, .say("454 4.7.0 TLS not available\r\n")], security: security
    ) { _ in }
    guard case .refused(let reply, .startTLS) = play.sessionError else {
      Issue.record("\(play.result)")
      return
    }
    #expect(reply.code == 454)
    #expect(play.sessionError?.isTemporary == true)
    #expect(play.text == "EHLO me.example\r\nSTARTTLS\r\n")
  }

  @Test func `a server that agrees and speaks no TLS is left`() async throws {
    let play = try await SessionPlay.run(
      .hello("STARTTLS") + [.line, .say("220 go\r\n"), .octets(5), .say("500 what?\r\n"), .close],
      security: .required
    ) { _ in }
    guard case .network(.tls(let failure), .startTLS) = play.sessionError,
      case .handshake = failure
    else {
      Issue.record("\(play.result)")
      return
    }
    #expect(play.sessionError?.isTemporary == true)
  }
}
