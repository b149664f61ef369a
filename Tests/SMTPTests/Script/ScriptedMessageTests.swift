import Net
import SMTP
import Testing

/// Faults around a message: F11 to F22, F25 to F27, F29 and F30 of the fault matrix, over sockets.
@Suite struct ScriptedMessageTests {
  /// The last words of a server that was told everything at once.
  private static func end(_ script: String) async throws -> Wire.End {
    var end = try await ScriptStage.end(script, saying: Say.all)
    let greeting = try #require(end.text.firstRange(of: "AUTH PLAIN LOGIN\r\n"))
    end.text.removeSubrange(..<greeting.upperBound)
    return end
  }

  private static let mail = "250 2.1.0 Sender OK\r\n"
  private static let rcpt = "250 2.1.5 Recipient OK\r\n"
  private static let data = "354 End with CRLF.CRLF\r\n"
  private static let dot = "250 2.0.0 Message accepted\r\n"
  private static let quit = "221 2.0.0 Bye\r\n"

  @Test func `F11: MAIL`() async throws {
    for code in [421, 450, 451, 452, 503, 550, 553, 571] {
      let play = try await ScriptStage.wire("mail first 1: reply \(code) 5.7.1 \"No\"") { wire in
        try await wire.begin()
        return [
          try await wire.ask("MAIL FROM:<a@x.org>"), try? await wire.ask("MAIL FROM:<a@x.org>"),
        ].map { $0.map { Int($0.prefix(3)) } }
      }
      #expect(play.result == [code, code == 421 ? nil : 250])
    }
  }

  @Test func `F12 and F29: RCPT by domain`() async throws {
    let codes = [450, 451, 452, 550, 551, 552, 553, 554, 556, 251, 252]
    let script = codes.map { "rcpt to d\($0).example: reply \($0) 4.2.1 \"As you like\"" }
    let play = try await ScriptStage.wire(script.joined(separator: "\n")) { wire in
      try await wire.begin()
      _ = try await wire.ask("MAIL FROM:<a@x.org>")
      var answers: [String] = []
      for code in codes { answers.append(try await wire.ask("RCPT TO:<a@D\(code).example>")) }
      _ = try await wire.ask("DATA")
      #expect(try await wire.ask(".").hasPrefix("250"))
      return answers
    }
    #expect(play.result == codes.map { "\($0) 4.2.1 As you like" })
    #expect(
      play.taken.map { $0.envelope.recipients.map { String(decoding: $0, as: UTF8.self) } }
        == [["a@D251.example", "a@D252.example"]])
  }

  @Test func `F30: half of a hundred recipients`() async throws {
    let play = try await ScriptStage.wire("rcpt recipient 51..: reply 452 4.5.3 \"Too many\"") {
      wire in
      try await wire.begin()
      let recipients = (1...100).map { "RCPT TO:<r\($0)@x.org>\r\n" }.joined()
      try await wire.say("MAIL FROM:<a@x.org>\r\n\(recipients)DATA\r\n")
      var codes: [String] = []
      for _ in 0..<102 { codes.append(String(try await wire.reply().prefix(3))) }
      try await wire.say("x\r\n.\r\n")
      #expect(try await wire.reply().hasPrefix("250"))
      return codes
    }
    let (ok, full) = (Array(repeating: "250", count: 51), Array(repeating: "452", count: 50))
    #expect(play.result == ok + full + ["354"])
    #expect(play.taken.map(\.envelope.recipients.count) == [50])
  }

  @Test(arguments: [
    ("mail: wait 10ms", mail + rcpt + data + dot + quit, Wire.Ending.farewell),
    ("rcpt: wait 10ms", mail + rcpt + data + dot + quit, .farewell),
    ("data: wait 10ms", mail + rcpt + data + dot + quit, .farewell),
    ("body: wait 10ms", mail + rcpt + data + dot + quit, .farewell),
    ("dot: wait 10ms", mail + rcpt + data + dot + quit, .farewell),
    ("quit: wait 10ms", mail + rcpt + data + dot + quit, .farewell),
    ("mail: close", "", .farewell), ("mail: reset", "", .reset),
    ("mail: accept, close", mail, .farewell), ("mail: accept, reset", mail, .reset),
    ("rcpt: close", mail, .farewell), ("rcpt: accept, reset", mail + rcpt, .reset),
    ("data: close", mail + rcpt, .farewell), ("data: accept, close", mail + rcpt + data, .farewell),
    ("data: accept, reset", mail + rcpt + data, .reset),
    ("body octets 20: close", mail + rcpt + data, .farewell),
    ("body octets 20: reset", mail + rcpt + data, .reset),
    (
      "body octets 5: say \"421 4.3.2 Bye\\r\\n\", close", mail + rcpt + data + "421 4.3.2 Bye\r\n",
      .farewell
    ),
    ("dot: close", mail + rcpt + data, .farewell), ("dot: reset", mail + rcpt + data, .reset),
    ("dot: say \"250 2.0\", close", mail + rcpt + data + "250 2.0", .farewell),
    ("dot: accept, close", mail + rcpt + data + dot, .farewell),
    ("dot: accept, reset", mail + rcpt + data + dot, .reset),
    ("dot: reply 421 4.3.2 \"Bye\"", mail + rcpt + data + "421 4.3.2 Bye\r\n", .farewell),
    ("quit: close", mail + rcpt + data + dot, .farewell),
    ("quit: silence", mail + rcpt + data + dot, .farewell),
    ("quit: accept, reset", mail + rcpt + data + dot + quit, .reset),
  ])
  func `delays and ends at each step:`(script: String, text: String, ending: Wire.Ending)
    async throws
  {
    #expect(try await Self.end(script) == Wire.End(text: text, ending: ending))
  }

  @Test(arguments: [
    ("F13", "data: wait 90s", Duration.seconds(90)), ("F16", "dot: wait 9m", .seconds(540)),
    ("R10", "any: wait 60s", .seconds(60)),
  ])
  func `a wait of minutes:`(row: String, script: String, wait: Duration) throws {
    let talk = try ServerTranscript.run(Say.all, playing: script)
    #expect(Set(talk.waits) == [wait])
    #expect(talk.messages.count == 1)
    #expect(talk.codes == ["220", "250", "250", "250", "354", "250", "221"])
  }

  @Test(arguments: [
    ("F15", "dot: take, close", true), ("F15", "dot: close", false),
    ("F17", "dot: take, say \"250 2\", close", true),
    ("F15", "dot: take, reset", true), ("F19", "dot: take, garbage 300, close", true),
    ("F19", "dot: take, say \"\\0\\0\\0\\n\", close", true),
  ])
  func `in doubt:`(row: String, script: String, isTaken: Bool) async throws {
    let play = try await ScriptStage.session(script) { try await $0.send() }
    guard case .failure(let error as ClientSession.Interruption) = play.result else {
      Issue.record("\(play.result)")
      return
    }
    #expect(error.isInDoubt)
    #expect(play.taken.count == (isTaken ? 1 : 0))
  }

  @Test(arguments: [
    ("body octets 1000: reset", false),
    // This server reads on after its farewell, so that the client cannot know how far it got.
    ("body: close", true),
  ])
  func `F14: lost inside the text`(script: String, isInDoubt: Bool) async throws {
    let play = try await ScriptStage.session(script) { session in
      session.start(.first)
      #expect(try await session.awaitGo() == .ahead)
      let text = [UInt8](repeating: 0x61, count: 8 << 20)
      return try await session.finish([text], thenStart: nil)
    }
    guard case .failure(let error as ClientSession.Interruption) = play.result else {
      Issue.record("\(play.result)")
      return
    }
    #expect(error.isInDoubt == isInDoubt)
    #expect(play.taken.isEmpty)
  }

  @Test(arguments: [
    "dot: say \"250-more\\r\\n\" times 10000, say \"250 end\\r\\n\"",
    "dot: say \"250 \", fill 64KB, say \"\\r\\n\"",
    "dot: fill 1MB, wait 10ms, fill 1MB", "dot: garbage 64KB", "dot: say \"25\\0 ok\\r\\n\"",
    "dot: say \"\\xFF\\xFE\\r\\n\"", "dot: say \"999 what\\r\\n\"",
    "dot: say \"250-a\\r\\n251 b\\r\\n\"",
  ])
  func `F18 and F19: no end of a reply, and what is none,`(script: String) async throws {
    let play = try await ScriptStage.session(script + ", close") { try await $0.send() }
    guard case .failure(let error as ClientSession.Interruption) = play.result,
      case .violation(_, .reply) = error.cause
    else {
      Issue.record("\(play.result)")
      return
    }
    #expect(error.isInDoubt)
  }

  @Test func `F18: ten thousand lines are said in full`() async throws {
    let end = try await Self.end("dot: say \"250-more\\r\\n\" times 10000, say \"250 end\\r\\n\"")
    #expect(end.text.split(separator: "\r\n").count == 3 + 10_001 + 1)
    let long = try await Self.end("dot: say \"250 \", fill 64KB, say \"\\r\\n\"")
    #expect(
      long.text.utf8.count == Self.mail.utf8.count + Self.rcpt.utf8.count + Self.data.utf8.count
        + 65_542 + Self.quit.utf8.count)
  }

  @Test func `F19: line feeds alone, and other spellings of a reply`() async throws {
    let end = try await Self.end(
      "mail: say \"250 ok\\n\"\nrcpt: reply 250 2.1.5 \"one\\ntwo\\nthree\"")
    #expect(
      end.text == "250 ok\n250-2.1.5 one\r\n250-2.1.5 two\r\n250 2.1.5 three\r\n" + Self.data
        + Self.dot + Self.quit)
  }

  @Test(arguments: [
    (
      "mail: accept, say \"250 2.1.5 one too many\\r\\n\"",
      ["250", "250", "250", "354", "250", "221"]
    ),
    ("rcpt: say \"354 go\\r\\n\"", ["250", "354", "354", "250", "221"]),
    ("mail: take, silence", ["250", "354", "250", "221"]),
    ("data: take, say \"250 \\r\\n\"", ["250", "250", "250", "250", "221"]),
  ])
  func `F20: answers to the wrong commands`(script: String, codes: [String]) async throws {
    let text = try await Self.end(script).text
    #expect(text.split(separator: "\r\n").map { String($0.prefix(3)) } == codes)
  }

  @Test func `F20: what was sent ahead is thrown away`() async throws {
    let (answers, _) = try await ScriptStage.wire("mail: discard") { wire in
      try await wire.begin()
      try await wire.say("MAIL FROM:<a@x.org>\r\nNOOP\r\nNOOP\r\nNOOP\r\n")
      return [try await wire.reply(), try await wire.ask("VRFY x")].map { $0.prefix(3) }
    }
    #expect(answers == ["250", "252"])
  }

  @Test func `F21: a server that hardly reads holds up nobody else`() async throws {
    let (error, taken) = try await ScriptStage.play(
      "data connection 1: accept, read 10/s"
    ) { port, loop -> NetError? in
      let slow = try await Wire(to: port, on: loop)
      defer { slow.stream.close() }
      try await slow.begin()
      try await slow.say(Say.envelope)
      for _ in 0..<3 { _ = try await slow.reply() }
      let text = [UInt8](repeating: 0x61, count: 16 << 20)
      var error: NetError?
      do throws(NetError) {
        try await slow.stream.write(text, stallingAtMost: .milliseconds(300))
      } catch let thrown {
        error = thrown
      }
      let quick = try await Wire(to: port, on: loop)
      defer { quick.stream.close() }
      try await quick.begin()
      try await quick.say(Say.message)
      for _ in 0..<4 { _ = try await quick.reply() }
      return error
    }
    #expect(error == .timedOut)
    #expect(taken.count == 1)
  }

  @Test func `slow reading and slow writing get there in the end`() async throws {
    let end = try await Self.end("ehlo: accept, read 4KB/s, write 4KB/s\nmail: read 1MB/s")
    #expect(end.text == Self.mail + Self.rcpt + Self.data + Self.dot + Self.quit)
  }

  @Test func `F22: so many messages a connection`() async throws {
    for (script, last) in [
      ("mail message 3..: reply 421 4.7.0 \"Enough\"", "421"), ("dot message 2: accept, close", ""),
      ("mail beyond 2 per connection: close", ""),
    ] {
      let play = try await ScriptStage.wire(script) { wire in
        try await wire.begin()
        for _ in 0..<2 {
          try await wire.say(Say.message)
          for code in ["250", "250", "354", "250"] {
            #expect(try await wire.reply().hasPrefix(code))
          }
        }
        try? await wire.say("MAIL FROM:<a@x.org>\r\n")
        return await wire.end()
      }
      #expect(play.result.text.prefix(3) == last)
      #expect(play.taken.count == 2)
    }
  }

  @Test func `F25: no close_notify`() async throws {
    let play = try await ScriptStage.session(
      "dot: accept, cut", tls: try .selfSignedServer(host: "localhost"), security: .required
    ) { session in
      let reply = try await session.send()
      session.start(.second)
      await #expect(throws: SessionError.network(.closed, at: .envelope)) {
        _ = try await session.awaitGo()
      }
      return reply
    }
    #expect(try play.result.get().isSuccess)
    #expect(play.taken.count == 1)
  }

  @Test func `F26: refused at DATA, or for its contents`() async throws {
    let script = """
      data greylist 5m: reply 451 4.7.1 "Come back"
      dot to spam.example: reply 550 5.7.1 "Spam"
      dot larger 5: reply 552 5.3.4 "Too big"
      """
    let (codes, taken) = try await ScriptStage.wire(script) { wire in
      try await wire.begin()
      var codes: [String] = []
      for command in ["MAIL FROM:<a@x.org>", "RCPT TO:<b@y.org>", "DATA", "RSET"] {
        codes.append(try await wire.ask(command))
      }
      return codes.map { String($0.prefix(3)) }
    }
    #expect(codes == ["250", "250", "451", "250"])
    #expect(taken.isEmpty)
    let refusals = try script.split(separator: "\n").suffix(2).map { rule in
      try ServerTranscript.run(
        "EHLO a\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<b@spam.example>\r\nDATA\r\nHello\r\n.\r\n",
        playing: String(rule)
      ).codes.last
    }
    #expect(refusals == ["550", "552"])
  }

  @Test func `F27: a reset right behind the reply`() async throws {
    let play = try await ScriptStage.session("dot: accept, reset") { try await $0.send() }
    #expect(try play.result.get().isSuccess)
    #expect(play.taken.count == 1)
  }

  @Test func `F29: a user who is not local`() async throws {
    for code in [251, 252] {
      let play = try await ScriptStage.session("rcpt: reply \(code) 2.1.5 \"Will forward\"") {
        try await $0.send()
      }
      #expect(try play.result.get().isSuccess)
      #expect(play.taken.count == 1)
    }
  }
}
