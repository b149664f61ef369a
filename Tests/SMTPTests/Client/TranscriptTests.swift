import SMTP
import Testing

@testable import SMTP

/// What is written down of a conversation.
@Suite struct TranscriptTests {
  @Test func `a session's lines stand in it in order, its messages do not`() async throws {
    let play = try await SessionPlay.run(
      .hello("PIPELINING") + .announced()
        + [.body, .lines(3), .say("250 2.0.0 taken\r\n550 no\r\n550 5.1.1 nobody\r\n503 no\r\n")]
    ) { session in
      _ = try await session.send("Subject: private\r\n\r\nsecret plan\r\n", thenStart: .second)
      _ = try await session.awaitGo()
      return session.transcript.text
    }
    let lines = try play.result.get().split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("-- connected to 127.0.0.1:") == true)
    #expect(
      lines.dropFirst() == [
        "S: 220 mail.example ESMTP", "C: EHLO me.example", "S: 250 mail.example", "S: PIPELINING",
        "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<b@you.example>", "C: DATA",
        "S: 250 2.1.0 ok", "S: 250 2.1.5 ok", "S: 354 go", "-- the message and its dot",
        "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<c@you.example>", "C: DATA",
        "S: 250 2.0.0 taken", "S: 550 no", "S: 550 5.1.1 nobody", "S: 503 no",
      ])
  }

  @Test func `the newest lines stay, within bounds`() {
    var transcript = Transcript()
    for number in 0..<10_000 {
      transcript.client(Array("MAIL \(number)\r\n".utf8)[...])
      transcript.server(Reply(code: 250, text: [UInt8](repeating: 0x61, count: 2_000)))
      #expect(transcript.text.utf8.count <= 2_000)
    }
    let text = transcript.text
    #expect(text.contains("C: MAIL 9999\n") && text.contains("C: MAIL 9997\n"))
    #expect(!text.contains("MAIL 9900\n"))
    transcript.client([UInt8](repeating: 0x62, count: 1_000_000)[...])
    #expect(transcript.text.utf8.count <= 2_000)
  }

  @Test func `a server cannot forge lines of ours, nor move the cursor`() {
    var transcript = Transcript()
    transcript.server(Reply(code: 250, text: Array("ok\nC: QUIT\r\u{1B}[2J\n\0x".utf8)))
    #expect(transcript.text == "S: 250 ok\nS: C: QUIT  [2J\nS:  x")
  }

  @Test func `what ended the session is in it`() async throws {
    let play = try await SessionPlay.run([.say("220 x\r\n"), .line, .close]) { _ in }
    #expect(play.sessionError != nil)
    #expect(play.report.hasSuffix("C: EHLO me.example\n-- the server closed the connection"))
  }
}
