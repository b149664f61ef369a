import Net
import SMTP
import Testing

/// Faults before the first message: F1 to F10, F23 and F24 of the fault matrix, over sockets.
@Suite struct ScriptedGreetingTests {
  private static let tls = Result { try TLSContext.selfSignedServer(host: "localhost") }

  /// Tries to connect until somebody answers.
  private static func knock(_ port: UInt16, on loop: EventLoop) async throws -> (
    Wire, refusals: Int
  ) {
    let start = ContinuousClock.now
    var refusals = 0
    while true {
      do {
        return (try await Wire(to: port, on: loop), refusals)
      } catch {
        refusals += 1
        guard error as? NetError == .refused, ContinuousClock.now - start < .seconds(15) else {
          throw error
        }
      }
    }
  }

  @Test func `F1: a closed port refuses, and opens again`() async throws {
    let (play, _) = try await ScriptStage.play("port closed 200ms") { port, loop in
      let (wire, refusals) = try await Self.knock(port, on: loop)
      defer { wire.stream.close() }
      return (try await wire.reply(), refusals)
    }
    #expect(play.0 == "220 mail.example ESMTP")
    #expect(play.1 > 0)
  }

  @Test func `F1: a port that a rule closes refuses from then on`() async throws {
    let (error, _) = try await ScriptStage.play(
      "connect connection 2: port closed, reset"
    ) { port, loop -> NetError? in
      let first = try await Wire(to: port, on: loop)
      try await first.begin()
      #expect(try await Wire.end(to: port, on: loop) == Wire.End(text: "", ending: .reset))
      var error: NetError?
      while error == nil {
        do {
          // Whoever came in before the port was shut is thrown out.
          #expect(try await Wire.end(to: port, on: loop).ending == .reset)
        } catch let thrown as NetError {
          error = thrown
        }
      }
      // Whoever was there already is served.
      #expect(try await first.ask("NOOP").hasPrefix("250"))
      first.stream.close()
      return error
    }
    #expect(error == .refused)
  }

  @Test(arguments: ["127.0.0.1", "::1"])
  func `F2 and F28: a silent port does not answer at all`(host: String) async throws {
    let (error, _) = try await ScriptStage.play("port silent", host: host) { port, loop in
      let addresses = try await SocketAddress.resolve(host: host, port: port)
      do throws(NetError) {
        _ = try await Stream.connect(toAnyOf: addresses, patience: .milliseconds(200), on: loop)
        return NetError?.none
      } catch {
        return error
      }
    }
    #expect(error == .timedOut)
  }

  @Test func `F2: a silent port answers again when its time is over`() async throws {
    let (banner, _) = try await ScriptStage.play("port silent 300ms") { port, loop in
      let wire = try await Wire(to: port, on: loop)
      defer { wire.stream.close() }
      return try await wire.reply()
    }
    #expect(banner == "220 mail.example ESMTP")
  }

  @Test func `F3: a banner that takes its time`() async throws {
    let end = try await ScriptStage.end("banner: wait 50ms", saying: "QUIT\r\n")
    #expect(end.text == "220 mail.example ESMTP\r\n221 2.0.0 Bye\r\n")
    var configuration = ServerConfiguration()
    configuration.play(try SandboxScript(parsing: "banner: wait 4m"))
    var conversation = ServerConversation(configuration)
    var output: [UInt8] = []
    #expect(conversation.start(into: &output) == .wait(.seconds(240)))
    #expect(output.isEmpty)
    #expect(conversation.resume(into: &output) == nil)
    #expect(output.starts(with: Array("220 ".utf8)))
  }

  @Test(arguments: [
    ("connect: close", "", Wire.Ending.farewell), ("connect: reset", "", .reset),
    ("connect: wait 10ms, cut", "", .farewell),
    ("banner: say \"220 hal\", close", "220 hal", .farewell),
    ("banner: reply 421 4.3.2 \"Too busy\"", "421 4.3.2 Too busy\r\n", .farewell),
    ("banner: reply 554 \"No\\nnever\"", "554-No\r\n554 never\r\n", .farewell),
    ("banner: accept, close", "220 mail.example ESMTP\r\n", .farewell),
    ("banner: reply 521 \"No\", cut", "521 No\r\n", .farewell),
    ("ehlo: close", "220 mail.example ESMTP\r\n", .farewell),
    ("ehlo: reset", "220 mail.example ESMTP\r\n", .reset),
  ])
  func `F4 and F5: turned away by`(script: String, text: String, ending: Wire.Ending) async throws {
    let end = try await ScriptStage.end(script, saying: "EHLO me.example\r\n")
    #expect(end == Wire.End(text: text, ending: ending))
  }

  @Test func `F4 and F5: our client is told so`() async throws {
    for code in [421, 554, 521] {
      let error = try await ScriptStage.refusal("banner: reply \(code) \"Not now\"")
      #expect(error == .refused(Reply(code: code, text: Array("Not now".utf8)), at: .greeting))
      // Another connection may be let in.
      #expect(error?.isTemporary == true)
    }
  }

  @Test func `nobody speaks`() async throws {
    for script in ["connect: silence", "banner: silence"] {
      let ending = try await ScriptStage.wire(script) { await $0.end(within: .milliseconds(150)) }
      #expect(ending.result == Wire.End(text: "", ending: .timeOut))
    }
  }

  @Test func `F6: a server that knows HELO only`() async throws {
    let play = try await ScriptStage.session("ehlo: reply 502 5.5.1 \"What?\"") {
      try await $0.send()
    }
    #expect(try play.result.get().isSuccess)
    #expect(play.taken.map(\.envelope.hello) == [Array("me.example".utf8)])
  }

  @Test func `F7: TLS that is not to be had`() async throws {
    let refused = try await ScriptStage.refusal(
      "starttls: reply 454 4.7.0 \"Not now\"", tls: try Self.tls.get(), security: .required)
    guard case .refused(let reply, .startTLS) = refused else {
      Issue.record("\(String(describing: refused))")
      return
    }
    #expect(reply.code == 454)
    for script in [
      "starttls: accept, wait 5ms, say \"this is not TLS\\r\\n\", close",
      "starttls: accept, garbage 500, close", "starttls: accept, close", "starttls: accept, reset",
    ] {
      let error = try await ScriptStage.refusal(
        script, tls: try Self.tls.get(), security: .required)
      #expect(error != nil, "\(script)")
    }
    let none = try await ScriptStage.refusal(
      "without STARTTLS", tls: try Self.tls.get(), security: .required)
    #expect(none == .tlsNotOffered)
  }

  @Test func `F8: a certificate that nobody vouches for`() async throws {
    let (error, _) = try await ScriptStage.play(
      "any: wait 1ms", tls: try Self.tls.get()
    ) { port, loop -> SessionError? in
      do {
        try await ClientSession.open(
          Endpoint(host: "127.0.0.1", port: port, security: .required), hello: "me.example",
          tls: try .client(), unverifiedTLS: try .unverifiedClient(), patience: .short, on: loop
        ).abandon()
        return nil
      } catch let error as SessionError {
        return error
      }
    }
    guard case .network(.tls(.certificate), .startTLS) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `F9: text in the clear behind the 220`() async throws {
    let error = try await ScriptStage.refusal(
      "starttls: accept, say \"250-mail.example\\r\\n250 AUTH PLAIN\\r\\n\"",
      tls: try Self.tls.get(), security: .required)
    guard case .violation(_, .startTLS) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    ("auth: reply 535 5.7.8 \"No\"", 535), ("auth: reply 454 4.7.0 \"Later\"", 454),
    ("auth user ada first 1: reply 534 5.7.9 \"Too weak\"", 534), ("auth user eve: reply 535", 235),
    ("auth: wait 5ms", 235), ("auth: take, say \"235 in\\r\\n\"", 235),
  ])
  func `F10: signing in`(script: String, code: Int) async throws {
    let (codes, _) = try await ScriptStage.wire(script) { wire in
      try await wire.begin()
      let answer = try await wire.ask("AUTH PLAIN AGFkYQBwdw==")
      let again = try await wire.ask("AUTH PLAIN AGFkYQBwdw==")
      return [answer, again].map { Int($0.prefix(3)) ?? 0 }
    }
    #expect(codes.first == code)
    // Whoever is in cannot come in again; whoever was refused may try.
    #expect((codes.last == 503) == (code == 235))
  }

  @Test func `F10: our client tells a wrong password from a bad moment`() async throws {
    let ada = Credentials(user: "ada", password: Array("pw".utf8))
    let wrong = try await ScriptStage.refusal(
      "auth: reply 535 5.7.8 \"No\"", tls: try Self.tls.get(), security: .required, credentials: ada
    )
    guard case .wrongCredentials = wrong else {
      Issue.record("\(String(describing: wrong))")
      return
    }
    let later = try await ScriptStage.refusal(
      "auth: reply 454 4.7.0 \"Later\"", tls: try Self.tls.get(), security: .required,
      credentials: ada)
    #expect(later?.isTemporary == true)
  }

  @Test func `F23 and F24: what EHLO offers`() async throws {
    let (lines, _) = try await ScriptStage.wire(
      "size 1000\nrecipients 2\nwithout 8BITMIME, SMTPUTF8, PIPELINING, AUTH\nrequire auth"
    ) { wire in
      _ = try await wire.reply()
      try await wire.say("EHLO me.example\r\n")
      var lines: [String] = []
      repeat { lines.append(try await wire.line()) } while lines.last?.dropFirst(3).first == "-"
      #expect(try await wire.ask("MAIL FROM:<a@x.org>").hasPrefix("530"))
      return lines.map { String($0.dropFirst(4)) }
    }
    #expect(lines == ["mail.example", "SIZE 1000", "ENHANCEDSTATUSCODES", "CHUNKING"])
    let (codes, _) = try await ScriptStage.wire("size 1000\nrecipients 2\nrcpt: wait 1ms") { wire in
      try await wire.begin()
      var codes = [try await wire.ask("MAIL FROM:<a@x.org> SIZE=1001")]
      codes.append(try await wire.ask("MAIL FROM:<a@x.org> SIZE=999"))
      for name in ["b", "c", "d"] { codes.append(try await wire.ask("RCPT TO:<\(name)@x.org>")) }
      return codes.map { String($0.prefix(9)) }
    }
    #expect(codes == ["552 5.3.4", "250 2.1.0", "250 2.1.5", "250 2.1.5", "452 4.5.3"])
  }

  @Test func `DATA that matters cannot be gone round by BDAT`() throws {
    for (script, offers) in [
      ("rcpt: reply 450", true), ("data: reply 450", false), ("body: reset", false),
    ] {
      let talk = try ServerTranscript.run("EHLO a\r\n", playing: script)
      #expect(talk.output.contains("CHUNKING") == offers)
    }
  }
}
